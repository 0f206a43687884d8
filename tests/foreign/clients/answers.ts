// What every client here asks of an answer.

/** What a call answered that succeeded. */
export function data<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) throw new Error(`${answer.response.status}: ${JSON.stringify(answer.error)}`);
  return answer.data;
}

/** What a call answered that was refused with this status. */
export function refusal<E>(answer: { data?: unknown; error?: E; response: Response }, status: number): E {
  if (answer.error === undefined || answer.response.status !== status) throw new Error(`${answer.response.status} in place of ${status}`);
  return answer.error;
}

/** The arguments of the command line: the base URL and credentials. */
export function commandLine(): string[] {
  return process.argv.slice(2);
}
