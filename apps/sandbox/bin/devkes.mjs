import { fileURLToPath } from 'node:url'
import { orExit, prepareNode, preparePackages } from './prepare.mjs'
import { load } from './typescript.mjs'

await orExit(() => {
  prepareNode()
  preparePackages()
})
const main = '../../devkes/src/main.ts'
process.argv[1] = fileURLToPath(new URL(main, import.meta.url))
await load(main)
