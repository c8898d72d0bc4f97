/** One element. Attributes are dropped: no reply of MinIO that is read here has a meaningful one. */
export interface XmlElement {
  readonly name: string
  readonly children: readonly XmlElement[]
  /** The text directly inside, entities resolved. */
  readonly text: string
}

interface Open {
  name: string
  children: XmlElement[]
  text: string
}

/**
 * Parses XML without ever failing: listings with metadata have element names that users chose, and a proxy may answer
 * HTML. Tags that do not match are closed where their parent closes. Document types and their entities are not read.
 *
 * @returns the document, nameless; its children are the root elements
 */
export function parseXml(text: string): XmlElement {
  const document: Open = { name: '', children: [], text: '' }
  const stack = [document]
  const top = () => stack[stack.length - 1]!
  for (const [token] of text.matchAll(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<[^>]*>|[^<]+/g)) {
    if (token.startsWith('<![CDATA[')) top().text += token.slice(9, -3)
    else if (token.startsWith('<?') || token.startsWith('<!')) continue
    else if (token.startsWith('</')) close(stack, nameIn(token.slice(2)))
    else if (token.startsWith('<')) {
      const element: Open = { name: nameIn(token.slice(1)), children: [], text: '' }
      top().children.push(element)
      if (!token.endsWith('/>')) stack.push(element)
    } else top().text += resolveEntities(token)
  }
  return document
}

/** The first element of that name, anywhere below `element`, in the order of the document. */
export function findElement(element: XmlElement, name: string): XmlElement | undefined {
  for (const child of element.children) {
    const found = child.name === name ? child : findElement(child, name)
    if (found) return found
  }
  return undefined
}

/** The text of the first element of that name below `element`. */
export const findText = (element: XmlElement, name: string): string | undefined => findElement(element, name)?.text

const nameIn = (tag: string) => /^[^\s/>]*/.exec(tag)![0]

function close(stack: Open[], name: string) {
  const at = stack.findLastIndex((element) => element.name === name)
  if (at > 0) stack.length = at
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** The text that is meant by one with entities. */
export const resolveEntities = (text: string) =>
  text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return entities[name] ?? whole
    const point = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })
