export const LONGEST_BYTES = 32_768

/** What is handed over to be checked, or why it is not sent. */
export type PublicPart = { readonly pem: string } | { readonly refusal: string }

const BLOCKS = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * The certificates in a text, and nothing else of it. A text with a private key is refused as a whole, whatever stands
 * beside it: it has no business in a browser.
 */
export function publicPart(text: string): PublicPart {
  if (/PRIVATE KEY|kes:v1:/i.test(text))
    return {
      refusal:
        'This holds a private key. It was not sent and is not kept here. Give the certificate alone, the file that ends in .crt, .cert or .pem.',
    }
  const blocks = text.match(BLOCKS)
  if (!blocks)
    return {
      refusal:
        'This is no certificate in PEM form: it would begin with -----BEGIN CERTIFICATE-----. From DER: openssl x509 -inform der -in FILE',
    }
  const pem = `${blocks.join('\n')}\n`
  return pem.length > LONGEST_BYTES ? { refusal: 'This is longer than a certificate with its chain is.' } : { pem }
}
