/** The console on a port, without the web app: run as a program of its own, so that a test has all that it prints. */
import { serve } from '@hono/node-server'
import { createApp } from '../src/app.ts'
import { readConfig } from '../src/config/config.ts'
import { createConsole } from '../src/console.ts'
import { createLog } from '../src/log.ts'

const config = readConfig(process.env)
const { host, port } = config.listen
const console = await createConsole(config, createLog(config.logLevel))
console.kesHistory.start()
console.canaries.start()
serve({ fetch: createApp(console, null).fetch, hostname: host, port })
