import { describe, expect, test } from 'vitest'
import { findElement, findText, parseXml } from './xml.ts'

describe('parseXml', () => {
  test('reads a refusal of MinIO', () => {
    const document = parseXml(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchBucket</Code><Message>the server&#39;s &#x74;ime &amp; &lt;x&gt;</Message></Error>',
    )
    expect(findText(document, 'Code')).toBe('NoSuchBucket')
    expect(findText(document, 'Message')).toBe("the server's time & <x>")
    expect(findText(document, 'Region')).toBeUndefined()
  })

  test('takes element names that users chose', () => {
    const document = parseXml('<UserMetadata><X-Amz-Meta-a.b!$~>1</X-Amz-Meta-a.b!$~><e/><t>2</t></UserMetadata>')
    const { children } = findElement(document, 'UserMetadata')!
    expect(children.map(({ name, text }) => [name, text])).toEqual([
      ['X-Amz-Meta-a.b!$~', '1'],
      ['e', ''],
      ['t', '2'],
    ])
  })

  test.each(['', 'no xml', '<', '<a', '<a><b></a>text</c>', '</x>', '<a>&#x110000;&bogus;</a>', '<![CDATA[<a>]]>'])(
    'never fails: %s',
    (text) => {
      expect(parseXml(text).name).toBe('')
    },
  )
})
