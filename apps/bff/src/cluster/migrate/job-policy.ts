/** What the work needs, by name. Each of them is tried in job-policy.test.ts. */
const ADMIN_ACTIONS = [
  'admin:ServerInfo',
  'admin:SiteReplicationInfo',
  // Looks whether pools are rebalanced, on clusters with several; there is no right to look only.
  'admin:Rebalance',
  'admin:KMSKeyStatus',
  'admin:ListUsers',
  'admin:GetUser',
  'admin:EnableUser',
  'admin:GetGroup',
  'admin:EnableGroup',
  'admin:ListUserPolicies',
  'admin:GetPolicy',
  'admin:CreatePolicy',
  'admin:AttachUserOrGroupPolicy',
  'admin:ListServiceAccounts',
  'admin:UpdateServiceAccount',
  'admin:ImportIAM',
  'admin:ConfigUpdate',
]

/**
 * `admin:InspectData`, which reads the drives, is asked for by MinIO but in no list of its own, so a policy that names it is
 * refused ("unsupported action"). A pattern is taken when it fits some S3 action, and this one fits `s3:ReplicateObject` and,
 * of all actions there are, `admin:InspectData` alone. Calls of the admin API are judged with the resource `/`, and a single
 * `?` fits that and no bucket, whose names have three characters or more: so no right on objects comes with it.
 */
const INSPECT_DATA = { Effect: 'Allow', Action: ['*:*p*ect*'], Resource: ['arn:aws:s3:::?'] }

/**
 * The session policy of a migration's own temporary credentials (AssumeRole, at most 2048 characters): they may do what the
 * account may do and this names, and nothing else. It keeps a mistake or a stolen token from reading objects, restarting,
 * exporting, creating and deleting; it is no wall, as whoever may write and attach policies can give any account all rights.
 */
export const JOB_POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ADMIN_ACTIONS },
    { Effect: 'Allow', Action: ['kms:Status', 'kms:KeyStatus'] },
    INSPECT_DATA,
  ],
})
