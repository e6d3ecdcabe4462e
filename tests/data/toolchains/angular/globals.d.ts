declare var process: { argv: string[] }; interface ErrorConstructor { stackTraceLimit: number }
