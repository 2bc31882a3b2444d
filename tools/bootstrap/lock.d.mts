export function locked<T>(path: string, work: (addProcess: (pid: number) => void) => Promise<T>): Promise<T>;
