import { belowDataCenter } from "./below-data-center.ts";
import { belowStorageDomain } from "./below-storage-domain.ts";
import { affinityGroupMemberRoutes } from "./resources/affinity-group-members.ts";
import { affinityGroupRoutes } from "./resources/affinity-groups.ts";
import { affinityLabelRoutes } from "./resources/affinity-labels.ts";
import { apiRootRoutes, type Product } from "./resources/api-root.ts";
import { assignedAffinityLabelRoutes } from "./resources/assigned-affinity-labels.ts";
import { assignedTagRoutes } from "./resources/assigned-tags.ts";
import { bookmarkRoutes } from "./resources/bookmarks.ts";
import { cdromRoutes } from "./resources/cdroms.ts";
import { clusterLevelRoutes } from "./resources/cluster-levels.ts";
import { clusterNetworkRoutes } from "./resources/cluster-networks.ts";
import { clusterRoutes } from "./resources/clusters.ts";
import { consoleTicketRoutes } from "./resources/console-tickets.ts";
import { dataCenterRoutes } from "./resources/data-centers.ts";
import { diskRoutes } from "./resources/disks.ts";
import { domainRoutes } from "./resources/domains.ts";
import { emptyCollectionRoutes } from "./resources/empty-collections.ts";
import { eventChangeRoutes } from "./resources/event-changes.ts";
import { eventRoutes } from "./resources/events.ts";
import { externalJobRoutes } from "./resources/external-jobs.ts";
import { fileRoutes } from "./resources/files.ts";
import { graphicsConsoleRoutes } from "./resources/graphics-consoles.ts";
import { groupRoutes } from "./resources/groups.ts";
import { hostEquipmentRoutes } from "./resources/host-equipment.ts";
import { hostEquipmentStatisticRoutes } from "./resources/host-equipment-statistics.ts";
import { hostTicketRoutes } from "./resources/host-tickets.ts";
import { hostRoutes } from "./resources/hosts.ts";
import { iconRoutes } from "./resources/icons.ts";
import { imageTransferRoutes } from "./resources/image-transfers.ts";
import { instanceTypeDeviceRoutes } from "./resources/instance-type-devices.ts";
import { instanceTypeRoutes } from "./resources/instance-types.ts";
import { jobRoutes } from "./resources/jobs.ts";
import { macPoolRoutes } from "./resources/mac-pools.ts";
import { networkFilterRoutes } from "./resources/network-filters.ts";
import { networkLabelRoutes } from "./resources/network-labels.ts";
import { networkRoutes } from "./resources/networks.ts";
import { nicFilterParameterRoutes } from "./resources/nic-filter-parameters.ts";
import { operatingSystemRoutes } from "./resources/operating-systems.ts";
import { optionRoutes } from "./resources/options.ts";
import { permissionRoutes } from "./resources/permissions.ts";
import { profileRoutes } from "./resources/profiles.ts";
import { qosRoutes } from "./resources/qoss.ts";
import { quotaLimitRoutes } from "./resources/quota-limits.ts";
import { quotaRoutes } from "./resources/quotas.ts";
import { roleRoutes } from "./resources/roles.ts";
import { ssoClientRoutes } from "./resources/sso-clients.ts";
import { statisticRoutes } from "./resources/statistics.ts";
import { storageConnectionRoutes } from "./resources/storage-connections.ts";
import { storageDomainRoutes } from "./resources/storage-domains.ts";
import { tagRoutes } from "./resources/tags.ts";
import { templateRoutes } from "./resources/templates.ts";
import { userProfileRoutes } from "./resources/user-profiles.ts";
import { userRoutes } from "./resources/users.ts";
import { vmDiskAttachmentRoutes } from "./resources/vm-disk-attachments.ts";
import { vmGraphicsConsoleRoutes } from "./resources/vm-graphics-consoles.ts";
import { vmGuestFactRoutes } from "./resources/vm-guest-facts.ts";
import { vmNicRoutes } from "./resources/vm-nics.ts";
import { vmRoutes } from "./resources/vms.ts";
import { vnicProfileRoutes } from "./resources/vnic-profiles.ts";
import { watchdogRoutes } from "./resources/watchdogs.ts";
import type { Route } from "./route.ts";

export type { Product } from "./resources/api-root.ts";

/** Everything of v4 that is served. What v4 has beyond it is listed in `not-implemented.txt`. */
export function routes(product: Product): readonly Route[] {
  const all = [
    ...affinityGroupMemberRoutes,
    ...affinityGroupRoutes,
    ...affinityLabelRoutes,
    ...apiRootRoutes(product),
    ...assignedAffinityLabelRoutes,
    ...assignedTagRoutes,
    ...bookmarkRoutes,
    ...cdromRoutes,
    ...clusterLevelRoutes,
    ...clusterNetworkRoutes,
    ...clusterRoutes,
    ...consoleTicketRoutes,
    ...dataCenterRoutes,
    ...diskRoutes,
    ...domainRoutes,
    ...emptyCollectionRoutes,
    ...eventChangeRoutes,
    ...eventRoutes,
    ...externalJobRoutes,
    ...fileRoutes,
    ...groupRoutes,
    ...hostEquipmentRoutes,
    ...hostEquipmentStatisticRoutes,
    ...hostRoutes,
    ...hostTicketRoutes,
    ...iconRoutes,
    ...imageTransferRoutes,
    ...instanceTypeDeviceRoutes,
    ...instanceTypeRoutes,
    ...jobRoutes,
    ...macPoolRoutes,
    ...networkFilterRoutes,
    ...networkLabelRoutes,
    ...networkRoutes,
    ...nicFilterParameterRoutes,
    ...operatingSystemRoutes,
    ...optionRoutes,
    ...permissionRoutes,
    ...profileRoutes,
    ...qosRoutes,
    ...quotaLimitRoutes,
    ...quotaRoutes,
    ...roleRoutes,
    ...ssoClientRoutes,
    ...statisticRoutes,
    ...storageConnectionRoutes,
    ...storageDomainRoutes,
    ...tagRoutes,
    ...templateRoutes,
    ...userProfileRoutes,
    ...userRoutes,
    ...vmDiskAttachmentRoutes,
    ...vmGraphicsConsoleRoutes,
    ...graphicsConsoleRoutes,
    ...vmGuestFactRoutes,
    ...vmNicRoutes,
    ...vmRoutes,
    ...vnicProfileRoutes,
    ...watchdogRoutes,
  ];
  return [...all, ...belowDataCenter(all), ...belowStorageDomain(all)];
}
