import type { KesPolicy } from '@strongroom/shared/kes-access'
import { policyYaml } from '@strongroom/shared/kes-policy'
import { useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Field.tsx'
import { Lines } from '../../ui/Text.tsx'

/** What goes into KES's configuration, and how it comes to hold. */
export function DraftYaml({ policy, policies }: { policy: KesPolicy; policies: readonly KesPolicy[] }) {
  const [all, setAll] = useState(false)
  const named = policy.name ? policy : { ...policy, name: 'NAME' }
  const yaml = policyYaml(all ? policies : [named])
  return (
    <section aria-label="For KES’s configuration" className="space-y-3">
      <h2 className="text-lg font-semibold">For KES’s configuration</h2>
      <Choice
        type="checkbox"
        label="With all other policies as loaded"
        hint="The whole policy section, to be put in place of the one in the file."
        checked={all}
        onChange={(event) => setAll(event.target.checked)}
      />
      <Lines
        label={all ? 'The whole policy section' : 'This policy, below policy: in the file of each KES'}
        lines={yaml.trimEnd().split('\n')}
      />
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => save(`${all ? 'policies' : named.name}.yml`, yaml)}>Download YAML</Button>
      </div>
      <ol className="max-w-[90ch] list-decimal space-y-1 pl-5 text-sm">
        <li>Put it into the configuration file of every KES; each has its own.</li>
        <li>
          Tell KES to read the file again: SIGHUP does it, without a restart and without losing a request.{' '}
          <strong>
            A file with a mistake in it is passed over without a sound: KES goes on with the old policies and says so in
            its log alone.
          </strong>
        </li>
        <li>So compare with KES afterwards, below.</li>
      </ol>
      <Lines
        label="On the host of each KES"
        lines={['kill -HUP $(pidof kes)', 'systemctl kill --signal=HUP kes']}
        note="One of the two, as KES was started."
      />
    </section>
  )
}

function save(name: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
