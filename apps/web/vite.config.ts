import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const FIRST_LOAD_LIMIT_BYTES = 120_000

/** Prints the gzipped JavaScript that the first page waits for, and fails the build when it is over the limit. */
function firstLoadBudget(): Plugin {
  return {
    name: 'first-load-budget',
    generateBundle(_options, bundle) {
      const reached = new Set<string>()
      const follow = (fileName: string) => {
        const chunk = bundle[fileName]
        if (chunk?.type !== 'chunk' || reached.has(fileName)) return
        reached.add(fileName)
        chunk.imports.forEach(follow)
      }
      for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk' && chunk.isEntry) follow(chunk.fileName)
      let bytes = 0
      for (const fileName of reached) {
        const chunk = bundle[fileName]
        if (chunk?.type === 'chunk') bytes += gzipSync(chunk.code).length
      }
      const kilobytes = (count: number) => `${(count / 1000).toFixed(1)} kB`
      const sentence = `first-load JavaScript: ${kilobytes(bytes)} gzipped in ${reached.size} files, limit ${kilobytes(FIRST_LOAD_LIMIT_BYTES)}`
      if (bytes > FIRST_LOAD_LIMIT_BYTES) this.error(`${sentence}. Load a page lazily, or drop a dependency.`)
      console.log(sentence)
    },
  }
}

/** Lays a packed copy beside each asset: the console sends it to browsers that take it, and packs nothing while it runs. */
function packedAssets(): Plugin {
  return {
    name: 'packed-assets',
    writeBundle({ dir }, bundle) {
      for (const fileName of Object.keys(bundle)) {
        if (!/^assets\/.*\.(js|css|svg)$/.test(fileName)) continue
        const file = join(dir!, fileName)
        const content = readFileSync(file)
        writeFileSync(`${file}.br`, brotliCompressSync(content))
        writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }))
      }
    },
  }
}

/** The small file of beginnings runs as soon as it is here: the other scripts wait for the style sheet. */
function beginAtOnce(): Plugin {
  return {
    name: 'begin-at-once',
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        const script = /<script (?=type="module" crossorigin src="\S+\/begin-)/
        if (!script.test(html)) throw new Error('There is no file of beginnings to run at once.')
        return html.replace(script, '<script async ')
      },
    },
  }
}

export default defineConfig({
  // Relative: the server puts its base path into `<base href>` of index.html, and nothing here needs to know it.
  base: './',
  plugins: [react(), tailwindcss(), firstLoadBudget(), beginAtOnce(), packedAssets()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        // What several pages share comes in two files and not in fifteen: the first page is at most eight requests.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            {
              // What begins before all else imports nothing of the rest.
              name: 'begin',
              test: /rolldown|preload-helper|src\/(begin|page-files|lib\/paths|api\/(begun|first-page))\.ts/,
              priority: 4,
            },
            {
              name: 'tables',
              test: /react-virtual|virtual-core|src\/ui\/(DataTable|SearchField|SidePanel|SelectionBar|RowCheck|StateMark|row-choice|use-choice)|use-url-param|RowLink/,
              priority: 3,
            },
            {
              name: 'jobs',
              // Of jobs and proofs, which the first page shows none of.
              test: /src\/components\/(Job|job-|use-spoken|RunAs|run-as|use-run-as|ProofResult|WalkStep)|shared\/src\/(bucket-runs|object-|batch-|probe-)/,
              priority: 2,
            },
            {
              name: 'base',
              // What the pages of KES alone know stays with them: its policies are judged in the browser too.
              test: /node_modules|src\/(main|app\.css|routes|ui\/|lib\/|api\/|components\/|shell\/|features\/(overview|session)\/)|shared\/src\/(?!kes-|key-deletion|drills|activity)/,
              priority: 1,
            },
          ],
        },
      },
    },
  },
})
