import { builtinModules } from 'node:module'
import { defineConfig } from 'vite'

/** One file for Node 20, which neither runs TypeScript nor knows `using`; packages stay packages. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    ssr: 'src/main.ts',
    target: 'node20',
    outDir: 'dist',
    emptyOutDir: true,
    sourcemap: true,
  },
  ssr: { noExternal: [/^@strongroom\//], external: [...builtinModules] },
})
