import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{shared,apps}/**/*.test.ts'],
    // The SDK warns on Node 20 of versions to come; the lock file says which one runs here.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    // Most of the time they wait for real servers: three of them fit on two cores.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
})
