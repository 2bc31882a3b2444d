import type { JobId } from "@yagura/std/ids.ts";
import { getJob, getStep } from "../../db/queries/jobs.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Step, StepId } from "../../domain/job/job.ts";
import { addExternalJob, clearExternalJob, endExternalJob } from "../../operations/jobs/external-jobs.ts";
import { addExternalStep, endExternalStep } from "../../operations/jobs/external-steps.ts";
import { pathId, required } from "../references.ts";
import { renderJob, renderStep } from "../representations/job.ts";
import { completed, entity, param, type RestRequest, type Route } from "../route.ts";

/** Jobs of other programs: Ansible's ovirt_job shows a playbook's work beside the Manager's own. */
export const externalJobRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/jobs",
    async handle(request) {
      const body = request.read("job");
      const job = await addExternalJob(request.context, {
        description: required(body.description, "Job", "description", "add"),
        isAutoCleared: body.auto_cleared ?? false,
      });
      return entity("job", renderJob(job, request.links), "created");
    },
  },
  {
    method: "POST",
    path: "/jobs/:job/clear",
    async handle(request) {
      await clearExternalJob(request.context, await visibleJob(request));
      return completed();
    },
  },
  {
    method: "POST",
    path: "/jobs/:job/end",
    async handle(request) {
      const { succeeded, force } = request.readAction();
      await endExternalJob(request.context, {
        jobId: await visibleJob(request),
        isSuccess: succeeded ?? true,
        isForced: force ?? false,
      });
      return completed();
    },
  },
  {
    method: "POST",
    path: "/jobs/:job/steps",
    async handle(request) {
      const jobId = await visibleJob(request);
      const body = request.read("step");
      const parentId = body.parent_step?.id;
      const step = await addExternalStep(request.context, {
        jobId,
        type: stepType(required(body.type, "Step", "type", "add")),
        description: required(body.description, "Step", "description", "add"),
        ...(parentId !== undefined && { parentId: pathId<StepId>("step", parentId) }),
      });
      return entity("step", renderStep(step, request.links), "created");
    },
  },
  {
    method: "POST",
    path: "/jobs/:job/steps/:step/end",
    async handle(request) {
      const { succeeded } = request.readAction();
      const jobId = await visibleJob(request);
      const stepId = pathId<StepId>("step", param(request, "step"));
      await getStep(request.context.db, jobId, stepId);
      await endExternalStep(request.context, { jobId, stepId, isSuccess: succeeded ?? true });
      return completed();
    },
  },
];

/** @throws NotFound also for a job of somebody else, unless the caller is an administrator */
async function visibleJob(request: RestRequest): Promise<JobId> {
  const { actor, db } = request.context;
  const job = await getJob(db, pathId<JobId>("job", param(request, "job")));
  if (!actor.isAdministrator && job.ownerId !== actor.userId) throw new NotFound("job", job.id);
  return job.id;
}

/** The types that v4 has for Gluster are nothing that we know. */
function stepType(type: string): Step["type"] {
  return type === "validating" || type === "executing" || type === "finalizing" ? type : "unknown";
}
