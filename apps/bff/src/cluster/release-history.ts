/** What a release does with IAM items of before May 2021, which lie under root credentials. */
export interface ReleaseHistory {
  /**
   * `seals-under-root`: it writes them so itself; `migrates-once`: its next start rewrites them all, in plaintext without a
   * KMS; `leaves`: it reads them and rewrites nothing by itself.
   */
  readonly behaviour: 'seals-under-root' | 'migrates-once' | 'leaves'
  readonly explanation: string
}

/** Source: tags of minio/minio; servers of 2021-03-26, 2021-04-22, 2021-05-11, 2022-10-24 and February 2026 were tried. */
const FIRST_THAT_MIGRATES = '2021-05-11'
const LAST_THAT_MIGRATES = '2023-04-20'
/** The first that goes on with a migration that was broken off. */
const FIRST_THAT_RESUMES = '2022-08-08'

/**
 * What a version of MinIO does with items of before May 2021.
 *
 * @param version `RELEASE.2021-05-11T23-27-41Z`, or as the admin API has it `2021-05-11T23:27:41Z`
 * @returns null for one without a date, such as a build of one's own
 */
export function releaseHistory(version: string): ReleaseHistory | null {
  const date = /(?:^|RELEASE\.)(\d{4}-\d{2}-\d{2})T/.exec(version)?.[1]
  if (date === undefined) return null
  if (date < FIRST_THAT_MIGRATES)
    return {
      behaviour: 'seals-under-root',
      explanation:
        'This release seals IAM and settings with the root credentials, whatever KMS it has. An upgrade to a release of 2021-05-11 to 2023-04-20 rewrites them all at its first start: under the KMS where one is configured then, otherwise in plaintext, without a word. Configure the KMS before that start.',
    }
  if (date > LAST_THAT_MIGRATES)
    return {
      behaviour: 'leaves',
      explanation:
        'This release rewrites nothing by itself: items stay as they are until each is saved again, in plaintext too where a release of 2021-05-11 to 2023-04-20 was once started without a KMS.',
    }
  const resumes =
    date < FIRST_THAT_RESUMES
      ? ' If it is broken off, this release can’t go on with it; those from 2022-08-08 on can.'
      : ''
  return {
    behaviour: 'migrates-once',
    explanation: `At a start where the marker backend-encrypted is there, this release rewrites all IAM and config items once: under the KMS where one is configured, otherwise in plaintext, without a word. Then it removes the marker, and never seals them by itself again.${resumes}`,
  }
}
