/** Client certificate and CA as files: nothing of the identity is in an argument. */
const CURL = 'curl --cert CLIENT.crt --key CLIENT.key --cacert KES-CA.crt'

const kes = (method: 'GET' | 'PUT' | 'DELETE', path: string) =>
  `${CURL}${method === 'GET' ? '' : ` -X ${method}`} https://KES:7373/v1/key/${path}`

/** The same acts from a terminal. Capitals are places to fill in; key material is never one of them. */
export const keyLines = {
  list: ['kes key ls', 'mc admin kms key list ALIAS', kes('GET', 'list/')],
  create: (name = 'NAME') => [
    `kes key create ${name}`,
    `mc admin kms key create ALIAS ${name}`,
    kes('PUT', `create/${name}`),
  ],
  describe: (name: string) => [`kes key info ${name}`, kes('GET', `describe/${name}`)],
  prove: (name: string) => [`mc admin kms key status ALIAS ${name}`],
  delete: (name: string) => [`kes key rm ${name}`, kes('DELETE', `delete/${name}`)],
  /** The body is `{"key": base64, "cipher": "AES256"}`: in a file, so that it is in no argument and no history. */
  import: (name = 'NAME') => [
    `${CURL} -X PUT -H "Content-Type: application/json" --data-binary @IMPORT.json https://KES:7373/v1/key/import/${name}`,
  ],
} as const
