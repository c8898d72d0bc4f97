import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Router } from 'wouter'
import { basePath } from './api/base.ts'
import { queryClient } from './api/query.ts'
import { Crash } from './components/Crash.tsx'
import { applyTheme, storedTheme } from './lib/theme.ts'
import { Routes } from './routes.tsx'
import { Gate } from './shell/Gate.tsx'
import { Shell } from './shell/Shell.tsx'
import './app.css'

applyTheme(storedTheme())
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Router base={basePath}>
        <Crash>
          <Gate>
            <Shell>
              <Crash>
                <Routes />
              </Crash>
            </Shell>
          </Gate>
        </Crash>
      </Router>
    </QueryClientProvider>
  </StrictMode>,
)
