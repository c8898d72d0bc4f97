/** RSA-OAEP with SHA-256 for both hashes, as the console opens it; the options are those of OpenSSL 1.1.1 and later. */
const encrypt = (pem: string) =>
  `openssl pkeyutl -encrypt -pubin -inkey ${pem} -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256`

const ONE_LINE = 'openssl base64 -A'

export const pemFile = (name: string) => `${name}.wrapping.pem`

/** How the key is written down where it lies, and the one line that wraps it. No line has key material in an argument. */
export const wrapLines = (name: string) => {
  const pem = pemFile(name)
  return [
    {
      id: 'strongroom',
      label: 'With the console’s own tool, whatever form the key has',
      line: `strongroom wrap --public-key ${pem} --in FILE`,
    },
    { id: 'raw', label: '32 raw bytes in a file', line: `${encrypt(pem)} -in FILE | ${ONE_LINE}` },
    {
      id: 'base64',
      label: 'Base64 in a file',
      line: `openssl base64 -d -A -in FILE | ${encrypt(pem)} | ${ONE_LINE}`,
    },
    {
      id: 'minio',
      label: 'NAME:BASE64 in a file, as in MINIO_KMS_SECRET_KEY',
      line: `cut -d: -f2 FILE | openssl base64 -d -A | ${encrypt(pem)} | ${ONE_LINE}`,
    },
  ] as const
}
