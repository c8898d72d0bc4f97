import type { IamAudit, IamItem } from '@strongroom/shared/iam'
import { useCallback } from 'react'
import { focusRow } from '../../components/RowLink.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { bytes } from '../../lib/format.ts'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Note, toneInk } from '../../ui/Note.tsx'
import { SealBadge } from '../../ui/Seal.tsx'
import { SidePanel } from '../../ui/SidePanel.tsx'
import { CopyButton, Facts, Lines, Moment } from '../../ui/Text.tsx'
import { itemAdvice, wantsSecret } from './item-advice.ts'
import { sealLook } from './item-seal.ts'
import { openedWords } from './opened-words.ts'

const SHORT_HASH = 16

type Props = { path: string; item: IamItem | undefined; audit: IamAudit; onClose: () => void }

export function ItemPanel({ path, item, audit, onClose }: Props) {
  const close = useCallback(() => {
    onClose()
    focusRow(path)
  }, [onClose, path])
  return (
    <SidePanel title={path} onClose={close}>
      {item ? (
        <Details item={item} audit={audit} />
      ) : (
        <p className="text-muted">It is not among the items shown; the filters may hide it.</p>
      )}
    </SidePanel>
  )
}

function Details({ item, audit }: { item: IamItem; audit: IamAudit }) {
  const [, setAct] = useUrlParam('act')
  const { tone, title, detail } = itemAdvice(item, audit.defaultKey)
  return (
    <>
      <ItemFacts item={item} audit={audit} />
      <Note tone={tone} title={title}>
        {detail}
      </Note>
      {wantsSecret(item, audit.defaultKey) && <Button onClick={() => setAct('secret')}>Seal again</Button>}
      <Lines
        label="See its raw form yourself"
        lines={[`mc support inspect --airgap "ALIAS/${audit.volume}/${item.path}/**"`]}
      />
    </>
  )
}

function ItemFacts({ item, audit }: { item: IamItem; audit: IamAudit }) {
  const { opened, sha256, expiresAt, parent } = item
  return (
    <Facts
      facts={[
        ['Kind', item.kind],
        ['Name', <Mono key="n">{item.name}</Mono>],
        ...(parent === undefined ? [] : [['Belongs to', <Mono key="p">{parent}</Mono>] as const]),
        ['Sealed by', <SealBadge key="s" {...sealLook(item, audit.defaultKey)} />],
        ...(opened === undefined ? [] : [['Opened', <Opened key="o" opened={opened} />] as const]),
        ...(expiresAt === undefined
          ? []
          : [
              [
                'Ends',
                <span key="e">
                  <Moment at={expiresAt} />
                </span>,
              ] as const,
            ]),
        ['Size', bytes(item.sizeBytes)],
        ['SHA-256', sha256 === undefined ? <NoHash key="h" state={item.state} /> : <Hash key="h" sha256={sha256} />],
        [
          'Drives',
          `${item.copies} of ${item.drives} hold what was read${item.stale ? `, ${item.stale} an older copy` : ''}`,
        ],
        ['Read', <Moment key="t" at={audit.takenAt} />],
      ]}
    />
  )
}

const Mono = ({ children }: { children: string }) => <span className="font-mono text-xs">{children}</span>

const Opened = ({ opened }: { opened: NonNullable<IamItem['opened']> }) => (
  <span className="inline-flex items-center gap-1.5 align-top">
    <Icon name={openedWords[opened].tone} size={14} className={toneInk(openedWords[opened].tone)} />
    {openedWords[opened].label}
  </span>
)

const Hash = ({ sha256 }: { sha256: string }) => (
  <span className="inline-flex flex-wrap items-center gap-1">
    <span className="font-mono text-xs" title={sha256}>
      {sha256.slice(0, SHORT_HASH)}…
    </span>
    <CopyButton text={sha256} label="Copy all" />
  </span>
)

const NoHash = ({ state }: Pick<IamItem, 'state'>) => (
  <span className="text-muted">
    {state === 'plaintext' ? 'Not shown: the content could be guessed from it' : 'Not known'}
  </span>
)
