import type { IamItem, ItemKind } from '@strongroom/shared/iam'
import type { Truth, TruthBucket, TruthItem } from './fixture.ts'

/** Kinds in the words of the truth files. */
const KINDS: Record<string, ItemKind> = {
  user: 'user',
  group: 'group',
  policy: 'policy',
  'policy mapping': 'policy-mapping',
  'service account': 'service-account',
  sts: 'sts',
  'server config': 'server-config',
  'server config history': 'config-history',
  'format marker': 'format',
}

type Said = Pick<IamItem, 'path' | 'kind' | 'state' | 'key' | 'sizeBytes' | 'sha256'>

/** One line of what an audit says of an item. The hash of a plaintext is told to nobody: it could be guessed at. */
export const told = ({ path, kind, state, key, sizeBytes, sha256 }: Said) =>
  `${path} | ${kind} | ${state} ${key ?? ''} | ${sizeBytes} ${sha256 ?? ''}`

const ofItem = ({ path, kind, state, kmsKeyId, storedSize, storedSha256 }: TruthItem) =>
  told({
    path,
    kind: KINDS[kind]!,
    state,
    sizeBytes: storedSize,
    ...(kmsKeyId !== undefined && { key: kmsKeyId }),
    ...(state !== 'plaintext' && { sha256: storedSha256 }),
  })

/** What an audit must say of a fixture below `config/`, by path. */
export const expectedItems = (truth: Truth, but: (item: TruthItem) => boolean = () => false): Map<string, string> =>
  new Map(
    truth.items
      .filter((item) => item.path.startsWith('config/') && !but(item))
      .map((item) => [item.path, ofItem(item)]),
  )

/** `path state key` of each bucket that has remote targets. */
export const expectedTargets = (truth: Truth): string[] =>
  truth.bucketMetadata.filter(({ bucketTargetsState }) => bucketTargetsState !== 'absent').map(ofBucket)

const ofBucket = ({ path, bucketTargetsState, bucketTargetsKmsKeyId }: TruthBucket) =>
  `${path} ${bucketTargetsState.split(' ')[0]} ${bucketTargetsKmsKeyId ?? ''}`.trimEnd()

export const toldTargets = (items: readonly IamItem[]) =>
  items
    .filter(({ kind }) => kind === 'bucket-targets')
    .map(({ path, state, key }) => `${path} ${state} ${key ?? ''}`.trimEnd())
    .sort()
