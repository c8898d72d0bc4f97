export type Tool = 'minio' | 'mc' | 'kes' | 'chromium' | 'go'
export declare const root: string
export declare const builtDir: string
export declare function findBinary(name: Tool, env?: NodeJS.ProcessEnv): string | undefined
export declare function versionText(file: string, asks?: string[]): string
