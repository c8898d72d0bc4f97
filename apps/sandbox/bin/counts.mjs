// What ran and how it went, as { passed, failed, skipped }. A runner that failed without naming a test counts as one failure.

/** A step without tests of its own: nothing when it went well. */
export const stepCounts = (code) => ({ passed: 0, failed: code === 0 ? 0 : 1, skipped: 0 })

/** @param report vitest's JSON; tests to be done count as skipped, a file that can't be loaded as failed */
export function vitestCounts(report, code) {
  if (!report) return stepCounts(code || 1)
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.length,
  )
  const skipped = report.numPendingTests + report.numTodoTests
  return atLeastOne({ passed: report.numPassedTests, failed: report.numFailedTests + broken.length, skipped }, code)
}

/** @param report Playwright's JSON; a test that passed only when it was tried again counts as failed */
export function playwrightCounts(report, code) {
  if (!report) return stepCounts(code || 1)
  const { expected, unexpected, flaky, skipped } = report.stats
  return atLeastOne({ passed: expected, failed: unexpected + flaky, skipped }, code)
}

export const addUp = (all) =>
  all.reduce(
    (sum, { passed, failed, skipped }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  )

/** A non-zero exit without a failed test (an error outside of any, no tests at all) must not end in "0 failed". */
const atLeastOne = (counts, code) => (code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts)
