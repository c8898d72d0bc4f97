import { SealBadge } from '../../ui/Seal.tsx'
import { type Encryption, encryptionWords, lookOf } from './seal-of-bucket.ts'

/** What a bucket is configured with. Nothing is not plaintext yet: MinIO may encrypt by itself. */
export const Configured = ({ at, defaultKey }: { at: Encryption | null; defaultKey: string | null }) =>
  at === null || at.mode === 'none' ? (
    <span className="text-muted">{encryptionWords(at)}</span>
  ) : (
    <SealBadge look={lookOf(at, defaultKey).look} label={encryptionWords(at)} />
  )
