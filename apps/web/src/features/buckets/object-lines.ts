import type { BatchOrderInput } from './batch-order.ts'

const pathIn = (bucket: string, prefix: string) => quoted(`ALIAS/${bucket}/${prefix}`)
/** For a shell: names may hold anything. */
const quoted = (text: string) => (/^[\w./~@:=+-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

/**
 * What seals each current object, then version by version: `mc` counts nothing, and its `stat --recursive --versions` ends
 * at the first delete marker (tried).
 */
export const countLines = (bucket: string, prefix: string) => [
  `mc stat --recursive --json ${pathIn(bucket, prefix)}`,
  `mc ls --recursive --versions ${pathIn(bucket, prefix)}`,
  `mc stat --version-id VERSION ${pathIn(bucket, `${prefix}OBJECT`)}`,
]

/** `mc` compares nothing: which version is whose copy, the hand must find out. */
export const removePlainLines = (bucket: string, prefix: string) => [
  `mc ls --recursive --versions ${pathIn(bucket, prefix)}`,
  `mc stat --version-id VERSION ${pathIn(bucket, `${prefix}OBJECT`)}`,
  `mc rm --version-id VERSION ${pathIn(bucket, `${prefix}OBJECT`)}`,
]

/** The description of the job, and its start. What the console fills in stands in capitals: the secret is never shown. */
export function batchLines(order: BatchOrderInput): string[] {
  const { bucket, prefix, mode, key } = order
  const sealing = mode === 'sse-s3' ? 'sse-s3' : `sse-kms ${key || 'KEY'}`
  if (order.kind === 'keyrotate')
    return [
      'cat > job.yaml <<END',
      'keyrotate:',
      '  apiVersion: v1',
      `  bucket: ${JSON.stringify(bucket)}`,
      `  prefix: ${JSON.stringify(prefix)}`,
      `  encryption: {type: ${mode}${mode === 'sse-kms' ? `, key: ${JSON.stringify(key || 'KEY')}` : ''}}`,
      'END',
      'mc batch start ALIAS ./job.yaml',
    ]
  const target = order.target || 'TARGET'
  return [
    `mc mb ${quoted(`ALIAS/${target}`)}`,
    `mc encrypt set ${sealing} ${quoted(`ALIAS/${target}`)}`,
    'cat > job.yaml <<END',
    'replicate:',
    '  apiVersion: v1',
    `  source: {type: minio, bucket: ${JSON.stringify(bucket)}, prefix: ${JSON.stringify(prefix)}, snowball: {disable: true}}`,
    `  target: {type: minio, bucket: ${JSON.stringify(target)}, endpoint: URL-OF-MINIO, path: "on",`,
    '    credentials: {accessKey: ACCESS-KEY, secretKey: SECRET-KEY}}',
    '  flags: {retry: {attempts: 1}}',
    'END',
    'mc batch start ALIAS ./job.yaml',
  ]
}
