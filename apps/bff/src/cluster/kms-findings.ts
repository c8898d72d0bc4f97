import type { Finding } from '@strongroom/shared/overview'
import { clock, type Observed } from './observed.ts'

type Source = (observed: Observed) => Finding | readonly Finding[] | undefined

/** What is wrong with the key service, with the way to it, and with the keys. */
export const kmsFindings = (observed: Observed): Finding[] => SOURCES.flatMap((source) => source(observed) ?? [])

const wrongKey: Source = ({ proof, kms }) =>
  proof?.verdict === 'wrong-material'
    ? {
        id: 'wrong-key',
        severity: 'critical',
        title: `KES key ${proof.name} does not open ${proof.failed} of ${proof.failed + proof.opened} sampled data keys`,
        detail:
          kms.kind === 'kes'
            ? 'Do not restart MinIO: what KES and MinIO hold in memory still works. A key of this name was made or imported with other material; bring back the keystore that held the right one, or remove the wrong key in KES and import the right material from its source.'
            : 'Do not restart MinIO, and keep the static key. A key of this name was made or imported with other material; the right one can only be imported after the wrong one is removed in KES.',
        action: { label: 'See the proof', href: `/keys/${proof.name}?tab=proof` },
      }
    : undefined

const kesDown: Source = ({ kms, kesDownSince }) => {
  if (kms.kind !== 'kes' || kesDownSince === null) return undefined
  const hop = kms.kes?.endpoints.find(({ trouble }) => trouble !== null)
  return {
    id: 'kes-down',
    severity: 'critical',
    title:
      'No KES endpoint answers: reads and writes of encrypted objects and IAM changes fail; running sign-ins still work',
    detail: `${hop?.trouble ?? 'MinIO reports every endpoint as offline.'} A restarted MinIO would not come up again.`,
    action: { label: 'See which hop is broken', href: '/kms' },
  }
}

const cachedOnly: Source = ({ kms }) => {
  if (kms.cachedOnly === null) return undefined
  return {
    id: 'kes-cached-only',
    severity: 'critical',
    title: 'The keystore behind KES is unreachable',
    detail: `${kms.cachedOnly.detail} Do not restart KES or MinIO. Look at the keystore: a sealed Vault, an expired credential, the network, a missing folder.`,
    action: { label: 'See which hop is broken', href: '/kms' },
  }
}

const keyFails: Source = ({ kms, kesDownSince }) =>
  kms.keyWorks === false && kesDownSince === null
    ? {
        id: 'default-key-fails',
        severity: 'critical',
        title: `The default key ${kms.defaultKey ?? ''} does not work`.trim(),
        detail: `MinIO answered: ${kms.keyError ?? 'no reason given'}. New encrypted objects and IAM changes fail.`,
        action: { label: 'See the KMS', href: '/kms' },
      }
    : undefined

const endpointsDown: Source = ({ kms, kesDownSince }) => {
  const statuses = kms.kes?.endpoints ?? kms.standby?.endpoints ?? []
  const down = statuses.filter(({ trouble }) => trouble !== null)
  if (down.length === 0 || kesDownSince !== null || kms.cachedOnly !== null) return undefined
  return {
    id: 'kes-endpoint',
    severity: 'warning',
    title: `${down.length} of ${statuses.length} KES endpoints ${kms.standby ? 'beside MinIO ' : ''}have trouble`,
    detail: down.map(({ url, trouble }) => `${url}: ${trouble}`).join(' '),
    action: { label: 'See the KMS', href: '/kms' },
  }
}

const nodesDiffer: Source = ({ kms }) =>
  kms.nodesAgree === false
    ? {
        id: 'nodes-differ',
        severity: 'critical',
        title: 'Nodes run other KMS settings than the rest',
        detail:
          'What such a node writes is sealed with another key, or lies in plaintext. Give all nodes the same MINIO_* names and values, and restart them together: a node waits at its start until enough others agree.',
        action: { label: 'See the nodes', href: '/kms' },
      }
    : undefined

/** Of the console towards KES, which mostly is MinIO's own, and of each KES endpoint. */
const certificates: Source = ({ kms, identities, now }) => {
  const endpoints = kms.kes?.endpoints ?? kms.standby?.endpoints ?? []
  const shown = [
    ...endpoints.map(({ url, serverCertificate }) => ({
      whose: `The certificate of KES at ${url}`,
      certificate: serverCertificate,
      id: url,
    })),
    ...identities.map(({ role, certificate }) => ({
      whose: `The certificate with which the console goes to KES (${role})`,
      certificate,
      id: role as string,
    })),
  ]
  return shown.flatMap(({ whose, certificate, id }) => {
    if (certificate === null || certificate.severity === null) return []
    const { daysLeft, notAfter, severity } = certificate
    const over = Date.parse(notAfter) <= now.getTime()
    const left = daysLeft === 1 ? 'in 1 day' : daysLeft === 0 ? 'today' : `in ${daysLeft} days`
    return {
      id: `certificate-${id}`,
      severity,
      title: `${whose} ${over ? 'has expired' : `expires ${left}`}`,
      detail: `It ends at ${clock(notAfter)} on ${notAfter.slice(0, 10)}. Renew it with the same private key, and the identity stays what it is. KES itself takes an expired client certificate unless its tls.auth is on; nobody takes an expired server certificate.`,
      action: { label: 'Check the new certificate', href: '/kms' },
    }
  })
}

/** Made where the keys are watched: canaries, marks for deletion, second copies. */
const keys: Source = ({ keyFindings }) => keyFindings

const SOURCES: readonly Source[] = [
  wrongKey,
  kesDown,
  cachedOnly,
  keyFails,
  keys,
  nodesDiffer,
  endpointsDown,
  certificates,
]
