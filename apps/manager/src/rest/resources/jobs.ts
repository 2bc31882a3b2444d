import type { JobId } from "@yagura/std/ids.ts";
import { getJob, getStep, listJobs, listSteps } from "../../db/queries/jobs.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Job, StepId } from "../../domain/job/job.ts";
import { pathId } from "../references.ts";
import { renderJob, renderStep } from "../representations/job.ts";
import { entity, list, param, type RestRequest, type Route } from "../route.ts";
import { parseSearch } from "../search/parse-search.ts";
import { type SearchFields, selectItems } from "../search/select.ts";
import { cutList } from "../select-list.ts";

/** Jobs are objects too: who did not start one sees it only as an administrator. */
export const jobRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/jobs",
    async handle(request) {
      return list(
        "job",
        (await searchJobs(request)).map((each) => renderJob(each, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/jobs/:job",
    async handle(request) {
      return entity("job", renderJob(await jobOf(request), request.links));
    },
  },
  {
    method: "GET",
    path: "/jobs/:job/steps",
    async handle(request) {
      const job = await jobOf(request);
      const steps = cutList(request, await listSteps(request.context.db, job.id));
      return list(
        "step",
        steps.map((each) => renderStep(each, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/jobs/:job/steps/:step",
    async handle(request) {
      const job = await jobOf(request);
      const stepId = pathId<StepId>("step", param(request, "step"));
      return entity("step", renderStep(await getStep(request.context.db, job.id, stepId), request.links));
    },
  },
];

/** @throws NotFound also for a job of somebody else */
async function jobOf(request: RestRequest): Promise<Job> {
  const job = await getJob(request.context.db, pathId<JobId>("job", param(request, "job")));
  if (!maySee(request, job)) throw new NotFound("job", job.id);
  return job;
}

function maySee({ context: { actor } }: RestRequest, job: Job): boolean {
  return actor.isAdministrator || (actor.userId !== undefined && actor.userId === job.ownerId);
}

async function searchJobs(request: RestRequest): Promise<Job[]> {
  const { query, context } = request;
  const search = parseSearch(query.find("search") ?? "");
  const [only] = search.anyOf.flat();
  const isById = search.anyOf.flat().length === 1 && only?.field === "correlation_id" && only.operator === "=";
  const isExact = isById && !only.value.includes("*");
  const jobs = await listJobs(context.db, isExact ? { correlationId: only.value } : {});
  const visible = jobs.filter((job) => maySee(request, job));
  return selectItems(visible, searchFields, { search, max: query.findInteger("max") });
}

const searchFields: SearchFields<Job> = {
  id: ({ id }) => id,
  correlation_id: ({ correlationId }) => correlationId,
  description: ({ description }) => description,
  status: ({ status }) => status,
  start_time: ({ startedAtMs }) => new Date(startedAtMs),
};
