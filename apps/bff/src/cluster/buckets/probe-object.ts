import { randomBytes, randomUUID } from 'node:crypto'
import { PROBE_FOLDER } from '@strongroom/shared/probe-policy'
import type { ObjectVersion } from '../../minio/object-versions.ts'

const BODY_BYTES = 64
const NAME = new RegExp(`^${PROBE_FOLDER.replaceAll('.', '\\.')}[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

/** A name that nothing else has, and random bytes, so that nothing but this object can answer with them. */
export const newProbeObject = () => ({ key: `${PROBE_FOLDER}${randomUUID()}`, body: randomBytes(BODY_BYTES) })

/** Whether a probe made it: what somebody else put below the folder is not touched. */
export const isProbeObject = ({ key, sizeBytes }: Pick<ObjectVersion, 'key' | 'sizeBytes'>) =>
  NAME.test(key) && (sizeBytes === null || sizeBytes === BODY_BYTES)
