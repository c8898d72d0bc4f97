import { builtinModules } from 'node:module'
import { defineConfig } from 'vite'

/** The console and the `strongroom` command for Node 20, which neither runs TypeScript nor knows `using`; packages stay packages. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    ssr: true,
    rollupOptions: { input: { main: 'src/main.ts', strongroom: 'src/cli/strongroom.ts' } },
    target: 'node20',
    outDir: 'dist',
    emptyOutDir: true,
    sourcemap: true,
  },
  ssr: { noExternal: [/^@strongroom\//], external: [...builtinModules] },
})
