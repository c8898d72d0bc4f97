import { readSession } from '@strongroom/shared/session'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Router } from 'wouter'
import { basePath } from './api/base.ts'
import { query, queryClient } from './api/query.ts'
import { Crash } from './components/Crash.tsx'
import { applyTheme, storedTheme } from './lib/theme.ts'
import { usePage } from './routes.tsx'
import { Gate } from './shell/Gate.tsx'
import { Shell } from './shell/Shell.tsx'
import './begin.ts'
import './app.css'

function App() {
  const page = usePage()
  return (
    <Gate>
      <Shell>
        <Crash>{page}</Crash>
      </Shell>
    </Gate>
  )
}

/** What is drawn before it is known who is here is thrown away again; long it must not wait. */
const WAIT_MS = 500

const draw = () =>
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <Router base={basePath}>
          <Crash>
            <App />
          </Crash>
        </Router>
      </QueryClientProvider>
    </StrictMode>,
  )

applyTheme(storedTheme())
const session = queryClient.prefetchQuery(query(readSession, {}))
// Not awaited here: the files of the pages import this one, and would wait along.
void Promise.race([session, new Promise((resolve) => setTimeout(resolve, WAIT_MS))]).then(draw)
