import { type Job, jobEnded } from '@strongroom/shared/jobs'
import { useEffect, useRef } from 'react'
import { count } from '../lib/format.ts'
import { announce } from './announcer.ts'
import { jobWords } from './job-words.ts'

const STEPS = 4

/** Says each quarter of a job to people who do not see its bar; what was done when the page came is no news. */
export function useSpokenProgress(job: Job) {
  const { kind, done, total, unit } = job
  const quarter = total ? Math.floor((done / total) * STEPS) : 0
  const said = useRef(quarter)
  useEffect(() => {
    if (total === null || quarter <= said.current) return
    said.current = quarter
    if (!jobEnded(job) && quarter < STEPS) announce(`${jobWords[kind]}: ${count(done)} of ${count(total)} ${unit}`)
  })
}
