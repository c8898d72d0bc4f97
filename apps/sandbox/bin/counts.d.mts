export interface Counts {
  passed: number
  failed: number
  skipped: number
}
interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: { status: string; assertionResults: unknown[] }[]
}
interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number }
}
export declare function stepCounts(code: number): Counts
export declare function vitestCounts(report: VitestReport | undefined, code: number): Counts
export declare function playwrightCounts(report: PlaywrightReport | undefined, code: number): Counts
export declare function addUp(all: Counts[]): Counts
