import { createReadStream, existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { Readable } from 'node:stream'
import type { Hono } from 'hono'
import { AppError } from '../errors.ts'
import type { Env } from './env.ts'

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** How an asset may be packed; the build lays these copies beside it, smallest first here. */
const PACKED = [
  { encoding: 'br', suffix: '.br' },
  { encoding: 'gzip', suffix: '.gz' },
] as const

/**
 * Serves the built web app. Each view has a URL of its own, so a path that is no file gets index.html, with its
 * `<base>` set to the configured base path. Files under assets/ carry a hash in their name and never change.
 */
export function serveWebApp(app: Hono<Env>, folder: string, basePath: string) {
  const index = join(folder, 'index.html')
  if (!existsSync(index)) throw new Error(`The web app is not built: ${index} is missing. Run npm run build.`)

  app.get('*', async (c) => {
    const path = c.req.path.slice(basePath.length) || '/'
    if (path.startsWith('/api/')) throw new AppError('not-found', 'There is no such call.')
    const file = await findFile(folder, path)
    if (file === undefined) {
      if (extname(path) !== '' && path.startsWith('/assets/')) throw new AppError('not-found', 'There is no such file.')
      const html = (await readFile(index, 'utf8')).replace('<base href="/"', `<base href="${basePath}/"`)
      return c.html(html, 200, { 'Cache-Control': 'no-cache' })
    }
    const asset = path.startsWith('/assets/')
    const packed = asset ? await findPacked(file, c.req.header('Accept-Encoding')) : undefined
    return c.body(Readable.toWeb(createReadStream(packed?.file ?? file)) as ReadableStream, 200, {
      'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
      'Cache-Control': asset ? 'public, max-age=31536000, immutable' : 'no-cache',
      Vary: 'Accept-Encoding',
      ...(packed && { 'Content-Encoding': packed.encoding }),
    })
  })
}

/** The file below `folder` that `path` names, or undefined; never one outside it, and never index.html as it lies. */
async function findFile(folder: string, path: string): Promise<string | undefined> {
  if (path.includes('\0')) return undefined
  const file = normalize(join(folder, path))
  if (!file.startsWith(folder + sep) || file === join(folder, 'index.html')) return undefined
  return (await isFile(file)) ? file : undefined
}

/** A copy of `file` that the browser takes; a coding with a weight is not used, as no browser sends one. */
async function findPacked(file: string, accepted = '') {
  const taken = new Set(accepted.split(',').map((coding) => coding.trim()))
  for (const { encoding, suffix } of PACKED) {
    if (taken.has(encoding) && (await isFile(file + suffix))) return { encoding, file: file + suffix }
  }
  return undefined
}

const isFile = (file: string) =>
  stat(file).then(
    (found) => found.isFile(),
    () => false,
  )
