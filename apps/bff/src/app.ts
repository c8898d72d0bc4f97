import { randomUUID } from 'node:crypto'
import { getConnInfo } from '@hono/node-server/conninfo'
import { api } from '@strongroom/shared/api'
import { API_PREFIX } from '@strongroom/shared/endpoint'
import { Hono } from 'hono'
import type { Console } from './console.ts'
import { AppError } from './errors.ts'
import { activityRoutes } from './features/activity.ts'
import { auditRoutes } from './features/audits.ts'
import { backupRoutes } from './features/backups.ts'
import { batchJobRoutes } from './features/batch-jobs.ts'
import { bucketProbeRoutes } from './features/bucket-probes.ts'
import { bucketRunRoutes } from './features/bucket-runs.ts'
import { bucketRoutes } from './features/buckets.ts'
import { coverageRoutes } from './features/coverage.ts'
import { drillRoutes } from './features/drills.ts'
import { housePolicyRoutes } from './features/house-policy.ts'
import { jobRoutes } from './features/jobs.ts'
import { kesAccessRoutes } from './features/kes-access.ts'
import { keyDeletionRoutes } from './features/key-deletion.ts'
import { keyImportRoutes } from './features/key-import.ts'
import { keyRoutes } from './features/keys.ts'
import { kmsRoutes } from './features/kms.ts'
import { migrationRoutes } from './features/migrations.ts'
import { moveRoutes } from './features/move.ts'
import { objectEncryptionRoutes } from './features/object-encryption.ts'
import { overviewRoutes } from './features/overview.ts'
import { remoteSecretRoutes } from './features/remote-secrets.ts'
import { rootRotationRoutes } from './features/root-rotation.ts'
import { sessionRoutes } from './features/session.ts'
import type { Authenticate, Router } from './http/bind.ts'
import { clientAddress } from './http/client-address.ts'
import type { Env } from './http/env.ts'
import { jsonOnly, sameOriginOnly } from './http/guard.ts'
import { openApi } from './http/openapi.ts'
import { errorDoor } from './http/problem.ts'
import { requestLog } from './http/request-log.ts'
import { securityHeaders } from './http/security-headers.ts'
import { serveWebApp } from './http/static-files.ts'
import { METRICS_TYPE, metricsText } from './metrics.ts'
import { readTicket } from './session/cookie.ts'
import { VERSION } from './version.ts'

/** The whole console as one value: tests call `.request()`, main.ts serves it. `webDir` is null where only the API is wanted. */
export function createApp(console: Console, webDir: string | null): Hono<Env> {
  const { basePath, trustedProxies, frameAncestors } = console.config
  const app = new Hono<Env>()
  app.use(async (c, next) => {
    c.set('requestId', randomUUID())
    c.set('clientAddress', clientAddress(peerOf(c), c.req.header('X-Forwarded-For'), trustedProxies))
    await next()
  })
  app.use(requestLog(console.log))
  app.use(securityHeaders(frameAncestors))
  app.use(sameOriginOnly, jsonOnly)
  app.onError(errorDoor(console.log))

  health(app, console)
  const below = app.basePath(basePath)
  const router: Router = { app: below, authenticate: authenticator(console) }
  sessionRoutes(router, console)
  overviewRoutes(router, console)
  kmsRoutes(router, console)
  bucketRoutes(router, console)
  bucketProbeRoutes(router, console)
  bucketRunRoutes(router, console)
  coverageRoutes(router, console)
  batchJobRoutes(router, console)
  objectEncryptionRoutes(router, console)
  housePolicyRoutes(router, console)
  kesAccessRoutes(router, console)
  keyRoutes(router, console)
  keyImportRoutes(router, console)
  keyDeletionRoutes(router, console)
  drillRoutes(router, console)
  activityRoutes(router, console)
  auditRoutes(router, console)
  rootRotationRoutes(router, console)
  migrationRoutes(router, console)
  backupRoutes(router, console)
  remoteSecretRoutes(router, console)
  jobRoutes(router, console)
  moveRoutes(router, console)
  const document = openApi(api, basePath, VERSION)
  below.get(`${API_PREFIX}/openapi.json`, (c) => c.json(document))
  below.all(`${API_PREFIX}/*`, () => {
    throw new AppError('not-found', 'There is no such call.')
  })
  if (webDir !== null) serveWebApp(below, webDir, basePath)
  return app
}

/** A page says so on calls that no person caused; see the web app's api/activity.ts. */
const BACKGROUND = 'X-Strongroom-Background'

const authenticator =
  ({ sessions }: Console): Authenticate =>
  async (c, use) => {
    const used = use !== 'by-stream' && c.req.header(BACKGROUND) === undefined
    c.set('caller', await sessions.find(readTicket(c), used))
  }

/** Outside the base path, without a session. `healthz`: the process runs. `readyz`: it can do its work now; MinIO being away does not make it restart. */
function health(app: Hono<Env>, console: Console) {
  const { minio, config } = console
  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.get('/readyz', async (c) => {
    const reached = await minio.send({ method: 'GET', path: '/minio/health/live', timeoutMs: 2_000 }).then(
      () => true,
      () => false,
    )
    return c.json({ status: 'ready', minio: { endpoint: config.minio.endpoint.origin, reached } })
  })
  if (config.metrics) app.get('/metrics', (c) => c.body(metricsText(console), 200, { 'Content-Type': METRICS_TYPE }))
}

/** In tests there is no connection, and so no peer. */
function peerOf(c: Parameters<typeof getConnInfo>[0]): string {
  try {
    return getConnInfo(c).remote.address ?? ''
  } catch {
    return ''
  }
}
