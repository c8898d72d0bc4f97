import { API_PREFIX, type Endpoint } from '@strongroom/shared/endpoint'
import { Problem } from '@strongroom/shared/problem'
import * as z from 'zod/mini'

interface ObjectSchema {
  properties?: Record<string, object>
  required?: string[]
}

/** The OpenAPI 3.1 document of `api`, made from the same descriptions that bind the routes. Paths are below `base`. */
export function openApi(api: readonly Endpoint[], base: string, version: string) {
  const paths: Record<string, Record<string, object>> = {}
  for (const endpoint of api) {
    const path = endpoint.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(endpoint) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Strongroom', version, description: 'The encryption console for MinIO and Kypello.' },
    servers: [{ url: base + API_PREFIX }],
    paths,
    components: {
      schemas: { Problem: schemaOf(Problem, 'output') },
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: '__Host-strongroom' } },
    },
  }
}

const schemaOf = (schema: z.ZodMiniType, io: 'input' | 'output') =>
  z.toJSONSchema(schema, { io, target: 'draft-2020-12' })

function operation(endpoint: Endpoint) {
  const { properties = {}, required = [] } = schemaOf(endpoint.input, 'input') as ObjectSchema
  const inPath = [...endpoint.path.matchAll(/:(\w+)/g)].map(([, name]) => name!)
  const others = Object.keys(properties).filter((name) => !inPath.includes(name))
  const hasBody = endpoint.method === 'POST' || endpoint.method === 'PUT'
  const parameter = (where: string) => (name: string) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: properties[name],
  })
  return {
    operationId: endpoint.id,
    summary: endpoint.summary,
    ...(endpoint.access === 'session' && { security: [{ session: [] }] }),
    parameters: [...inPath.map(parameter('path')), ...(hasBody ? [] : others.map(parameter('query')))],
    ...(hasBody && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: bodyOf(properties, required, others) } },
      },
    }),
    responses: { [endpoint.status]: success(endpoint), default: failure },
  }
}

const bodyOf = (properties: Record<string, object>, required: string[], names: string[]) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, properties[name]])),
  required: required.filter((name) => names.includes(name)),
})

function success(endpoint: Endpoint) {
  if (endpoint.status === 204) return { description: 'Done; no body' }
  if (endpoint.download) return { description: endpoint.summary, content: { 'application/octet-stream': {} } }
  const type = endpoint.events ? 'text/event-stream' : 'application/json'
  return { description: endpoint.summary, content: { [type]: { schema: schemaOf(endpoint.reply, 'output') } } }
}

const failure = {
  description: 'Problem details (RFC 9457)',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
}
