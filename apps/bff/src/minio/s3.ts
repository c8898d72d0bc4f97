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
import { encodeQuery } from './sigv4.ts'
import type { Credentials, Minio, MinioReply } from './transport.ts'

export interface S3Call {
  /** The permission it needs, named when MinIO refuses: `s3:GetObject`. */
  readonly action: string
  /** For the whole reply, body included. */
  readonly timeoutMs: number
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
  call: S3Call,
): Promise<{ output: Output; reply: MinioReply }> {
  let reply: MinioReply | undefined
  const exchange: Exchange = {
    ...call,
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
interface Exchange extends S3Call {
  readonly onReply: (reply: MinioReply) => void
}

/** A client takes longer to build than a call to make; each lives as long as the credentials and the door it is for. */
const clients = new WeakMap<Credentials, WeakMap<Minio, S3Client>>()

function clientFor(minio: Minio, credentials: Credentials): S3Client {
  const ofCredentials = clients.get(credentials) ?? new WeakMap<Minio, S3Client>()
  clients.set(credentials, ofCredentials)
  const client = ofCredentials.get(minio) ?? newClient(minio, credentials)
  ofCredentials.set(minio, client)
  return client
}

/** Every setting that the SDK would else look for in `AWS_*` variables or in ~/.aws is given. */
function newClient(minio: Minio, credentials: Credentials): S3Client {
  const client = new S3Client({
    endpoint: minio.origin,
    forcePathStyle: true,
    region: minio.region,
    credentials: lend(credentials),
    requestHandler: handlerFor(minio),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 1,
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
  // Even with one attempt it writes into the failures that pass; and MinIO need not know the console's platform.
  client.middlewareStack.remove('retryMiddleware')
  client.middlewareStack.remove('getUserAgentMiddleware')
  return client
}

/** The SDK reads them anew for each signature, so a wiped secret signs nothing more. */
const lend = ({ accessKey, secretKey, sessionToken }: Credentials) => ({
  accessKeyId: accessKey,
  get secretAccessKey() {
    return secretKey.expose((value) => value)
  },
  ...(sessionToken && {
    get sessionToken() {
      return sessionToken.expose((value) => value)
    },
  }),
})

type Handler = Extract<NonNullable<S3ClientConfig['requestHandler']>, { handle: unknown }>

/** Refusals fail here, before the SDK reads them: it knows neither MinIO's codes nor a proxy's HTML. */
const handlerFor = (minio: Minio): Handler => ({})
