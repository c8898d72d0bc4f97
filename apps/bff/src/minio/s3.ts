import { Readable } from 'node:stream'
import {
  type $Command,
  S3Client,
  type S3ClientConfig,
  type S3ClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-s3'
import { AppError } from '../errors.ts'
import { encodePath } from './sigv4.ts'
import type { Credentials, Minio, MinioCall, MinioReply } from './transport.ts'

export interface S3Call {
  /** The permission it needs, named when MinIO refuses: `s3:GetObject`. */
  readonly action: string
  /** For the whole reply, body included. */
  readonly timeoutMs: number
  /** As {@link MinioCall} has it. */
  readonly asksKms?: true
}

/**
 * Makes one S3 call over the connections of `minio`, once, with its time-outs and limits.
 *
 * @returns what the SDK read, and the reply as MinIO sent it: the SDK drops and renames headers
 * @throws AppError as {@link Minio.send} does; `upstream-failed` too where the SDK cannot read the reply
 */
export async function callS3<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  minio: Minio,
  credentials: Credentials,
  command: $Command<Input, Output, S3ClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>,
  { action, timeoutMs, asksKms }: S3Call,
): Promise<{ output: Output; reply: MinioReply }> {
  let reply: MinioReply | undefined
  const exchange: Exchange = {
    action,
    requestTimeout: timeoutMs,
    ...(asksKms && { asksKms }),
    onReply: (received) => {
      reply = received
    },
  }
  try {
    const output = await clientFor(minio, credentials).send(command, exchange)
    return { output, reply: reply! }
  } catch (error) {
    if (error instanceof AppError || reply === undefined) throw error
    throw new AppError('upstream-failed', 'MinIO answered in a form this console does not know.', { cause: error })
  }
}

/** What travels from a call, through the SDK, to the handler. */
interface Exchange {
  readonly action: string
  /** Milliseconds: the SDK's own name for it. */
  readonly requestTimeout: number
  readonly asksKms?: true
  readonly onReply: (reply: MinioReply) => void
}

/** One client for the calls to a thousand buckets; it lives as long as the credentials and the door it is for. */
const clients = new WeakMap<Credentials, WeakMap<Minio, S3Client>>()

function clientFor(minio: Minio, credentials: Credentials): S3Client {
  const ofCredentials = clients.get(credentials) ?? new WeakMap<Minio, S3Client>()
  clients.set(credentials, ofCredentials)
  const client = ofCredentials.get(minio) ?? newClient(minio, credentials)
  ofCredentials.set(minio, client)
  return client
}

/** Given is every setting that the SDK would else look for in `AWS_*` variables and in ~/.aws. */
function newClient(minio: Minio, credentials: Credentials): S3Client {
  const client = new S3Client({
    endpoint: ORIGIN,
    region: minio.region,
    // Path style, and AWS's rules left out: they take buckets of some names for services that MinIO hasn't.
    endpointProvider: ({ Bucket = '' }) => ({ url: new URL(encodePath(`/${Bucket}`), ORIGIN) }),
    // The door signs. The SDK's own signer would keep session tokens in a cache of the process.
    httpAuthSchemeProvider: () => [{ schemeId: UNSIGNED.schemeId }],
    httpAuthSchemes: [UNSIGNED],
    credentials: async () => ({ accessKeyId: '', secretAccessKey: '' }),
    requestHandler: handlerFor(minio, credentials),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 1,
    retryMode: 'standard',
    // undici refuses the header.
    expectContinueHeader: false,
    // A wrong clock is told, as for every other call.
    disableClockSkewCorrection: true,
    disableS3ExpressSessionAuth: true,
    useArnRegion: false,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    authSchemePreference: [],
  })
  // MinIO need not know what the console runs on.
  client.middlewareStack.remove('getUserAgentMiddleware')
  return client
}

/** The SDK wants a URL; where MinIO is, the door knows. */
const ORIGIN = 'http://minio.invalid'

const UNSIGNED = {
  schemeId: 'smithy.api#noAuth',
  identityProvider: () => async () => ({}),
  signer: { sign: async <Request>(request: Request) => request },
}

/** A request as the SDK has put it together. */
interface Outgoing {
  readonly method: string
  /** Encoded. */
  readonly path: string
  /** Not encoded. No call here gives a name twice, or one without a value. */
  readonly query?: object
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
}

type Handler = Extract<NonNullable<S3ClientConfig['requestHandler']>, { httpHandlerConfigs(): object }>

/** Refusals fail here, before the SDK reads them: it knows neither MinIO's codes nor a proxy's HTML. */
const handlerFor = (minio: Minio, credentials: Credentials): Handler => ({
  async handle({ method, path, query = {}, headers, body }: Outgoing, options?: object) {
    const { action, requestTimeout, asksKms, onReply } = options as Exchange
    const reply = await minio.send({
      action,
      timeoutMs: requestTimeout,
      ...(asksKms && { asksKms }),
      method: method as MinioCall['method'],
      path: decodeURIComponent(path),
      query: query as Record<string, string>,
      headers: withoutHost(headers),
      credentials,
      ...(body !== undefined && { body: Buffer.from(body) }),
    })
    onReply(reply)
    const single = Object.entries(reply.headers).filter(([, value]) => typeof value === 'string')
    // The SDK takes a stream alone for an object's content.
    const content = Readable.from([reply.bytes], { objectMode: false })
    return {
      response: {
        statusCode: reply.status,
        headers: Object.fromEntries(single) as Record<string, string>,
        body: content,
      },
    }
  },
  updateHttpClientConfig() {},
  httpHandlerConfigs: () => ({}),
})

/** Host and length are the door's. */
const withoutHost = ({ host: _host, 'content-length': _length, ...headers }: Readonly<Record<string, string>>) =>
  headers
