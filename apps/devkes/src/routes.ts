import * as access from './access-routes.ts'
import type { Handler, Route } from './api.ts'
import type { ApiSettings } from './config.ts'
import * as key from './key-routes.ts'
import * as server from './server-routes.ts'

const MB = 1_000_000

/** All there is. Settings of unknown paths are ignored; a timeout of 0 leaves the default. */
export const routesFor = (api: ReadonlyMap<string, ApiSettings>): Route[] =>
  TABLE.map((route) => {
    const settings = api.get(route.path)
    return {
      ...route,
      timeoutMs: settings?.timeoutMs || route.timeoutMs,
      auth: settings?.skipAuth ? 'identify' : route.auth,
    }
  })

const TABLE: Route[] = [
  { method: 'GET', path: '/version', ...plain(10), auth: 'none', handler: server.version },
  { method: 'GET', path: '/v1/ready', ...plain(15), handler: server.ready },
  { method: 'GET', path: '/v1/status', ...plain(15), handler: server.status },
  { method: 'GET', path: '/v1/metrics', ...plain(15), handler: server.metrics },
  { method: 'GET', path: '/v1/api', ...plain(10), handler: server.listApis },

  metered('PUT', '/v1/key/create/', 0, key.createKey),
  metered('PUT', '/v1/key/import/', 1 * MB, key.importKey),
  metered('GET', '/v1/key/describe/', 0, key.describe),
  metered('GET', '/v1/key/list/', 0, key.listKeys),
  metered('DELETE', '/v1/key/delete/', 0, key.deleteKey),
  metered('PUT', '/v1/key/generate/', 1 * MB, key.generate),
  metered('PUT', '/v1/key/encrypt/', 1 * MB, key.encrypt),
  metered('PUT', '/v1/key/decrypt/', 1 * MB, key.decrypt),
  metered('PUT', '/v1/key/hmac/', 1 * MB, key.hmac),

  metered('GET', '/v1/policy/describe/', 0, access.describePolicy),
  metered('GET', '/v1/policy/read/', 0, access.readPolicy),
  metered('GET', '/v1/policy/list/', 0, access.listPolicies),

  metered('GET', '/v1/identity/describe/', 0, access.describeIdentity),
  metered('GET', '/v1/identity/list/', 0, access.listIdentities),
  { ...metered('GET', '/v1/identity/self/describe', 0, access.describeSelf), auth: 'identify' },

  { method: 'GET', path: '/v1/log/error', ...plain(0), handler: server.followLog('error') },
  { method: 'GET', path: '/v1/log/audit', ...plain(0), handler: server.followLog('audit') },
]

function plain(timeoutSeconds: number) {
  return { maxBody: 0, timeoutMs: timeoutSeconds * 1000, auth: 'policy', metered: false } as const
}

function metered(method: Route['method'], path: string, maxBody: number, handler: Handler): Route {
  return { method, path, maxBody, timeoutMs: 15_000, auth: 'policy', metered: true, handler }
}
