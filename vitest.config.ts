import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{shared,apps}/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
})
