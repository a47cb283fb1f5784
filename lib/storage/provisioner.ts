/** The provisioner name of Trident since it became a CSI driver; `netapp.io/trident` stopped working in 21.07. */
export const TRIDENT_PROVISIONER = 'csi.trident.netapp.io';
