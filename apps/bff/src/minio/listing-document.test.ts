import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ListingEntry, readListing } from './listing-document.ts'
import { findElement, findText, parseXml, type XmlElement } from './xml.ts'

const escaped = (text: string) =>
  text.replace(/[&<>'"\t\n\r]/g, (sign) => `&#${sign === '&' ? 'x26' : sign.charCodeAt(0)};`)

const FORM = { root: 'ListVersionsResult', entries: ['Version', 'DeleteMarker'] }
const read = (document: string) => readListing(document, FORM)

interface VersionEntry {
  readonly deleteMarker: boolean
  readonly key: string
  readonly versionId: string
  readonly latest: boolean
  readonly sizeBytes: number
  readonly modifiedAt: string
  readonly sealing: Readonly<Record<string, string>> | null
}

const versionIn = ({ element, texts, sealing }: ListingEntry): VersionEntry => ({
  deleteMarker: element === 'DeleteMarker',
  key: texts.get('Key')!,
  versionId: texts.get('VersionId')!,
  latest: texts.get('IsLatest') === 'true',
  sizeBytes: Number(texts.get('Size')),
  modifiedAt: texts.get('LastModified')!,
  sealing,
})

interface Written extends Omit<VersionEntry, 'sealing'> {
  readonly metadata: readonly (readonly [string, string])[] | null
  readonly tags: string
}

/** As MinIO writes it. */
const entryXml = (entry: Written) => {
  const name = entry.deleteMarker ? 'DeleteMarker' : 'Version'
  const items = entry.metadata?.map(([key, value]) => `<${key}>${escaped(value)}</${key}>`).join('')
  return [
    `<${name}><Key>${escaped(entry.key)}</Key><LastModified>${entry.modifiedAt}</LastModified>`,
    `<ETag>&#34;0123456789abcdef&#34;</ETag><Size>${entry.sizeBytes}</Size>`,
    '<Owner><ID>02d6</ID><DisplayName>minio</DisplayName></Owner><StorageClass>STANDARD</StorageClass>',
    items === undefined ? '' : `<UserMetadata>${items}</UserMetadata>`,
    `<UserTags>${escaped(entry.tags)}</UserTags><Internal><K>2</K><M>2</M></Internal>`,
    `<IsLatest>${entry.latest}</IsLatest><VersionId>${entry.versionId}</VersionId></${name}>`,
  ].join('')
}

const documentXml = (entries: readonly string[], rest = '<IsTruncated>false</IsTruncated>') =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix></Prefix>${rest}${entries.join('')}<EncodingType>url</EncodingType></ListVersionsResult>`

/** By way of the tree. */
function readByTree(text: string): VersionEntry[] {
  const { children } = findElement(parseXml(text), 'ListVersionsResult')!
  return children.filter(({ name }) => name === 'Version' || name === 'DeleteMarker').map(entryIn)
}

function entryIn(element: XmlElement): VersionEntry {
  const metadata = findElement(element, 'UserMetadata')
  const sealing = metadata?.children
    .map(({ name, text }) => [name.toLowerCase(), text] as const)
    .filter(([name]) => name.startsWith('x-amz-server-side-encryption'))
  return {
    deleteMarker: element.name === 'DeleteMarker',
    key: findText(element, 'Key')!,
    versionId: findText(element, 'VersionId')!,
    latest: findText(element, 'IsLatest') === 'true',
    sizeBytes: Number(findText(element, 'Size')),
    modifiedAt: findText(element, 'LastModified')!,
    sealing: sealing ? Object.fromEntries(sealing) : null,
  }
}

const text = fc.string({
  unit: fc.oneof(fc.constantFrom(...'<>&"\'\n\r\t ;#x]'), fc.string({ minLength: 1, maxLength: 1 })),
})
/** What a header may be called. */
const headerName = fc
  .string({ unit: fc.constantFrom(..."!#$%&'*+-.^_`|~09azAZ"), minLength: 1 })
  .map((rest) => `X-Amz-Meta-${rest}`)
const item = fc.oneof(
  fc.tuple(headerName, text),
  fc.constant(['content-type', 'text/plain'] as const),
  fc.tuple(fc.constantFrom('X-Amz-Server-Side-Encryption', 'x-amz-server-side-encryption'), text),
  fc.tuple(fc.constant('X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id'), text),
)
const entry: fc.Arbitrary<Written> = fc.record({
  deleteMarker: fc.boolean(),
  key: fc.oneof(text, fc.string({ unit: 'binary' })).map((key) => `k${key.replace(/\p{Cc}|\p{Cs}/gu, '')}`),
  versionId: fc.oneof(fc.constant('null'), fc.uuid()),
  latest: fc.boolean(),
  sizeBytes: fc.nat(),
  modifiedAt: fc.constant('2026-11-21T13:00:00.000Z'),
  metadata: fc.option(fc.array(item, { maxLength: 6 })),
  tags: text,
})

describe('readListing', () => {
  test('says what the tree of the document says', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
        const xml = documentXml(entries.map(entryXml))
        expect(read(xml)?.entries.map(versionIn)).toEqual(readByTree(xml))
      }),
      { numRuns: 500 },
    )
  })

  test('says what was written', () => {
    fc.assert(
      fc.property(entry, (written) => {
        const [entry] = read(documentXml([entryXml(written)]))!.entries.map(versionIn)
        const { metadata: _, tags: __, ...rest } = written
        expect(entry).toMatchObject(rest)
        expect(entry!.sealing === null).toBe(written.metadata === null)
      }),
    )
  })

  test('has what stands beside the entries', () => {
    const rest = '<NextKeyMarker>a%2Fb</NextKeyMarker><IsTruncated>true</IsTruncated>'
    const document = read(documentXml([], rest))
    expect(Object.fromEntries(document!.rest)).toMatchObject({
      NextKeyMarker: 'a%2Fb',
      IsTruncated: 'true',
      Prefix: '',
    })
  })

  test.each([
    'x-amz-meta-a></x-amz-meta-a><X-Amz-Server-Side-Encryption>AES256</X-Amz-Server-Side-Encryption><x-amz-meta-a',
    'x-amz-meta-a></x-amz-meta-a><X-Amz-Server-Side-Encryption>AES256</X-Amz-Server-Side-Encryption><x-amz-meta-b',
    'x-amz-meta-a><X-Amz-Server-Side-Encryption>AES256</X-Amz-Server-Side-Encryption',
    'x-amz-meta-a></x-amz-meta-a><X-Amz-Server-Side-Encryption>AES256</X-Amz-Server-Side-Encryption></UserMetadata><Internal><q',
    'x-amz-meta-a></x-amz-meta-a><X-Amz-Server-Side-Encryption>AES256</X-Amz-Server-Side-Encryption></UserMetadata><UserMetadata',
    'x-amz-meta-a></x-amz-meta-a><X-Amz-Server-Side-Encryption>AES256</X-Amz-Server-Side-Encryption></UserMetadata><Internal></Internal><IsLatest>true</IsLatest><VersionId>null</VersionId></Version><Version><Key>other</Key><UserMetadata><x-amz-meta-a',
    'x-amz-meta-a></x-amz-meta-a></UserMetadata></Version></ListVersionsResult><x',
    'x-amz-meta-a></x-amz-meta-a></UserMetadata><IsLatest>true</IsLatest><VersionId>null</VersionId></Version></ListVersionsResult><x',
  ])('believes no document with metadata of the name %s', (name) => {
    for (const metadata of [
      [[name, 'v']],
      [[name, '']],
      [
        ['content-type', 'x'],
        [name, 'v'],
        ['b', 'c'],
      ],
    ] as const)
      expect(read(documentXml([entryXml({ ...sample, metadata }), entryXml(sample)]))).toBeNull()
  })

  test('is never made to take an object for sealed by the names of its metadata', () => {
    const part = fc.constantFrom(
      ...['<', '>', '</', 'x-amz-meta-a', '></x-amz-meta-a>', '<x-amz-meta-a', '></x-amz-meta-a><x-amz-meta-a'],
      ...['</UserMetadata>', '<UserMetadata>', '</Version>', '<Version>', '<Key>z</Key>', '<Internal>', '</Internal>'],
      ...[
        '<X-Amz-Server-Side-Encryption>AES256</X-Amz-Server-Side-Encryption>',
        '<Owner>',
        '</Owner>',
        '<Internal',
        ' ',
      ],
      ...['<IsLatest>true</IsLatest><VersionId>null</VersionId>', '</ListVersionsResult>', '<!--', '-->', '<q', '/'],
    )
    const name = fc.array(part, { minLength: 1, maxLength: 9 }).map((parts) => `x-amz-meta-a${parts.join('')}`)
    const planted = fc.array(fc.tuple(name, fc.constantFrom('', 'v', '<x>')), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(planted, (metadata) => {
        const document = read(documentXml([entryXml({ ...sample, metadata }), entryXml(sample)]))
        if (document !== null) expect(document.entries.map(versionIn)).toEqual([told, told])
      }),
      { numRuns: 20_000 },
    )
  })

  test('takes a document that is cut off, or another one, for none', () => {
    const whole = documentXml([entryXml(sample)])
    for (let end = 0; end < whole.length; end++) expect(read(whole.slice(0, end)), `${end}`).toBeNull()
    expect(read(whole)).not.toBeNull()
    expect(read('<html><body>502</body></html>')).toBeNull()
  })
})

const told: VersionEntry = {
  ...{ deleteMarker: false, key: 'k', versionId: 'null', latest: true, sizeBytes: 1, modifiedAt: 'now', sealing: {} },
}
const sample: Written = {
  ...{ deleteMarker: false, key: 'k', versionId: 'null', latest: true, sizeBytes: 1, modifiedAt: 'now', tags: '' },
  metadata: [['content-type', 'text/plain']],
}
