{{- define "bench.labels" -}}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/instance: {{ .instance }}
app.kubernetes.io/managed-by: cdk8s-aipod
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/part-of: {{ .partOf }}
{{- end -}}
{{- define "bench.jobSpec" -}}
backoffLimit: {{ .Values.backoffLimit }}
template:
  metadata:
    labels:
      {{- include "bench.labels" (dict "component" "benchmark" "instance" .job "name" "imagenet-benchmark" "partOf" "training") | nindent 6 }}
  spec:
    automountServiceAccountToken: false
    containers:
      - name: netapp-tensorflow-py2
        image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
        command:
          {{- toYaml .Values.command | nindent 10 }}
          - mpirun
          - -np
          - {{ .Values.gpus | quote }}
          - -H
          - localhost:{{ .Values.gpus }}
          {{- toYaml .Values.mpi | nindent 10 }}
          {{- toYaml .Values.program | nindent 10 }}
        resources:
          limits:
            nvidia.com/gpu: {{ .Values.gpus }}
        {{- with .Values.securityContext }}
        securityContext:
          {{- toYaml . | nindent 10 }}
        {{- end }}
        {{- with .Values.volumeMounts }}
        volumeMounts:
          {{- toYaml . | nindent 10 }}
        {{- end }}
    enableServiceLinks: false
    restartPolicy: Never
    {{- with .Values.volumes }}
    volumes:
      {{- toYaml . | nindent 6 }}
    {{- end }}
{{- end -}}
