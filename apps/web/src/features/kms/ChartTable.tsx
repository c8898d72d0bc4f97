import { clock } from '../../lib/format.ts'
import { ScrollBox } from '../../ui/Text.tsx'
import { type Sample, slices } from './chart.ts'

type Props = {
  title: string
  lines: readonly { readonly label: string; readonly samples: readonly Sample[] }[]
  from: number
  to: number
  /** One row each, in milliseconds. */
  sliceMs: number
  words: (value: number) => string
}

/** The same as the lines, for those who read rather than look. */
export function ChartTable({ title, ...rest }: Props) {
  const { lines } = rest
  return (
    <details className="text-sm">
      <summary className="text-xs text-muted hover:text-ink">As a table</summary>
      <ScrollBox className="mt-1 max-h-64 overflow-y-auto">
        <table aria-label={title} className="w-full text-xs">
          <thead>
            <tr>
              <th scope="col" className="py-1 pr-3 text-left">
                From
              </th>
              {lines.map(({ label }) => (
                <th key={label} scope="col" className="py-1 pl-3 text-right">
                  {label}, highest
                </th>
              ))}
            </tr>
          </thead>
          <Rows {...rest} />
        </table>
      </ScrollBox>
    </details>
  )
}

function Rows({ lines, from, to, sliceMs, words }: Omit<Props, 'title'>) {
  const columns = lines.map(({ samples }) => slices(samples, { from, to }, sliceMs))
  const moments = (columns[0] ?? []).map(({ at }) => at)
  return (
    <tbody>
      {moments.map((at, row) => (
        <tr key={at}>
          <th scope="row" className="border-t border-line py-0.5 pr-3 text-left font-normal">
            {clock(at)}
          </th>
          {columns.map((column, index) => {
            const value = column[row]?.value ?? null
            return (
              <td key={lines[index]!.label} className="border-t border-line py-0.5 pl-3 text-right">
                {value === null ? 'not seen' : words(value)}
              </td>
            )
          })}
        </tr>
      ))}
    </tbody>
  )
}
