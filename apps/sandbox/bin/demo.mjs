import { orExit, prepareNode, preparePackages, prepareServers } from './prepare.mjs'
import { load } from './typescript.mjs'

const args = process.argv.slice(2)
const help = args.some((arg) => arg === '--help' || arg === '-h')
await orExit(() => {
  prepareNode()
  preparePackages()
  if (!help) prepareServers()
})
const { runDemo } = await load('../src/demo-command.ts')
await runDemo(args)
