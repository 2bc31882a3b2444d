import type { JobId } from "@yagura/std/ids.ts";
import { getJob, getStep, listJobs, listSteps, listStepsOf } from "../../db/queries/jobs.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Job, StepId } from "../../domain/job/job.ts";
import { foundList } from "../found-list.ts";
import { manyLists, mapValues } from "../many.ts";
import { pathId } from "../references.ts";
import { renderJob, renderStep } from "../representations/job.ts";
import { entity, list, param, type RestRequest, type Route } from "../route.ts";
import { jobSearch } from "../search/fields/jobs.ts";
import { cutList } from "../select-list.ts";

/** Jobs are objects too: who did not start one sees it only as an administrator. */
export const jobRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/jobs",
    async handle(request) {
      const { context, links } = request;
      return foundList(request, "job", jobSearch, async (ids) =>
        (await listJobs(context.db, { ids: ids as JobId[] })).map((each) => renderJob(each, links)),
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
    many: manyLists(
      { type: "step", name: "job", searchable: jobSearch },
      async ({ context, links }, jobIds: readonly JobId[]) =>
        mapValues(
          Map.groupBy(await listStepsOf(context.db, jobIds), ({ jobId }) => jobId),
          (each) => renderStep(each, links),
        ),
    ),
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
