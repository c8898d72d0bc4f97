/** The only maker of the app's own URLs, below its base. */
export const paths = {
  overview: '/',
  buckets: '/buckets',
  bucket: (name: string) => `/buckets/${encodeURIComponent(name)}`,
  /** The list, narrowed to what `show` says. */
  bucketsShow: (show: string) => `/buckets?show=${encodeURIComponent(show)}`,
  /** The buckets whose new objects are sealed by one key. */
  bucketsByKey: (key: string) => `/buckets?key=${encodeURIComponent(key)}`,
  /** What follows begins with `~`, and no bucket's name does. */
  bucketRun: (id: string) => `/buckets/~runs/${encodeURIComponent(id)}`,
  /** What an act on the objects of a bucket did. */
  objectRun: (id: string) => `/buckets/~objects/${encodeURIComponent(id)}`,
  bucketTab: (name: string, tab: 'proof' | 'objects') => `/buckets/${encodeURIComponent(name)}?tab=${tab}`,
  house: '/buckets/~house',
  batchJobs: '/buckets/~batch',
  batchJob: (id: string) => `/buckets/~batch?job=${encodeURIComponent(id)}`,
  kms: '/kms',
  kesAccess: '/kms/access',
  kesPolicy: (name: string) => `/kms/access?policy=${encodeURIComponent(name)}`,
  /** A draft of the policy `name`; without a name, of a new one. */
  kesDraft: (name?: string) => `/kms/draft${name === undefined ? '' : `?policy=${encodeURIComponent(name)}`}`,
  drills: '/kms/drills',
  drill: (id: string) => `/kms/drills/${encodeURIComponent(id)}`,
  keys: '/keys',
  keyImport: '/keys/import',
  /** A key may be called `import`; `~` is in no key name. */
  key: (name: string) => `/keys/${name === 'import' ? '~import' : encodeURIComponent(name)}`,
  iam: '/iam',
  iamItem: (path: string) => `/iam?item=${encodeURIComponent(path)}`,
  iamJob: (id: string) => `/iam?job=${encodeURIComponent(id)}`,
  iamSeal: (seal: string) => `/iam?seal=${encodeURIComponent(seal)}`,
  iamMigrate: '/iam?act=migrate',
  iamBackup: '/iam?act=backup',
  iamReports: '/iam/reports',
  iamReport: (id: string) => `/iam/reports/${encodeURIComponent(id)}`,
  iamCompare: '/iam/compare',
  /** What became of the cluster between the audit `to` and the one before it. */
  iamCompareWithBefore: (to: string) => `/iam/compare?to=${encodeURIComponent(to)}`,
  move: '/guides/move-to-kes',
  activity: '/activity',
  /** What was done to one key. */
  activityOf: (target: string) => `/activity?key=${encodeURIComponent(target)}`,
  jobs: '/jobs',
  job: (id: string) => `/jobs/${encodeURIComponent(id)}`,
} as const

export const keyOfPath = (segment: string) => segment.replace(/^~/, '')
