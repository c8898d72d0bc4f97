import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clientIdentity } from '../src/api-key.ts'
import { serverCertificate } from '../src/certificate.ts'

export const admin = clientIdentity()
export const other = clientIdentity()
export const server = serverCertificate({ ips: ['127.0.0.1'], dns: ['localhost'] })

/** A folder with all that a KES starts from, in good order until something is changed. */
export class Draft implements Disposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'devkes-'))
  yaml: string

  constructor() {
    this.write('server.crt', server.certPem)
    this.write('server.key', server.keyPem)
    this.yaml = `version: v1
address: 127.0.0.1:0
admin:
  identity: ${admin.identity}
tls:
  key: ${this.path('server.key')}
  cert: ${this.path('server.crt')}
keystore:
  fs:
    path: ${this.path('keys')}
`
  }

  path = (name: string) => join(this.dir, name)

  write(name: string, content: string) {
    writeFileSync(this.path(name), content)
  }

  remove(name: string) {
    rmSync(this.path(name), { recursive: true })
  }

  /** Puts a folder where a file is, or where nothing is. */
  folder(name: string) {
    rmSync(this.path(name), { force: true })
    mkdirSync(this.path(name))
  }

  change(what: RegExp | string, into: string) {
    this.yaml = this.yaml.replace(what, into)
  }

  add(text: string) {
    this.yaml += text
  }

  /** Writes the configuration. @returns its path */
  save(): string {
    this.write('kes.yml', this.yaml)
    return this.path('kes.yml')
  }

  [Symbol.dispose]() {
    rmSync(this.dir, { recursive: true })
  }
}
