/* Answers the questions that OnModel asks of libnvidia-ml, from a file that a test writes.
 *
 * The file is named by NVML_STAND_IN and read anew for every question:
 *     gpu UUID TOTAL_MIB USED_MIB BUSY NAME     (BUSY below zero: not told)
 *     process UUID PID USED_MIB
 * Signatures, results and structures are those of nvml.h (NVML API reference).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB (1024ULL * 1024ULL)
#define UNKNOWN 999
#define INVALID_ARGUMENT 2
#define NOT_SUPPORTED 3
#define INSUFFICIENT_SIZE 7
#define MOST 16

typedef struct { char uuid[96], name[96]; unsigned long long total, used; int busy; } gpu_t;
typedef struct { unsigned long long total, free, used; } nvmlMemory_t;
typedef struct { unsigned int gpu, memory; } nvmlUtilization_t;
typedef struct {
    unsigned int pid;
    unsigned long long usedGpuMemory;
    unsigned int gpuInstanceId, computeInstanceId;
} nvmlProcessInfo_t;

static gpu_t gpus[MOST];

static FILE *facts(void) {
    const char *path = getenv("NVML_STAND_IN");
    return path ? fopen(path, "r") : NULL;
}

static int read_gpus(void) {
    char line[512];
    int count = 0;
    FILE *file = facts();
    if (!file) return -1;
    while (count < MOST && fgets(line, sizeof line, file)) {
        gpu_t *g = &gpus[count];
        if (sscanf(line, "gpu %95s %llu %llu %d %95[^\n]",
                   g->uuid, &g->total, &g->used, &g->busy, g->name) == 5) count++;
    }
    fclose(file);
    return count;
}

int nvmlInit_v2(void) { return read_gpus() < 0 ? UNKNOWN : 0; }
int nvmlShutdown(void) { return 0; }

int nvmlDeviceGetCount_v2(unsigned int *count) {
    int found = read_gpus();
    if (found < 0) return UNKNOWN;
    *count = (unsigned int)found;
    return 0;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, gpu_t **device) {
    int found = read_gpus();
    if (found < 0 || index >= (unsigned int)found) return INVALID_ARGUMENT;
    *device = &gpus[index];
    return 0;
}

int nvmlDeviceGetHandleByUUID(const char *uuid, gpu_t **device) {
    int found = read_gpus();
    for (int i = 0; i < found; i++)
        if (!strcmp(gpus[i].uuid, uuid)) { *device = &gpus[i]; return 0; }
    return INVALID_ARGUMENT;
}

int nvmlDeviceGetUUID(gpu_t *device, char *uuid, unsigned int length) {
    snprintf(uuid, length, "%s", device->uuid);
    return 0;
}

int nvmlDeviceGetName(gpu_t *device, char *name, unsigned int length) {
    snprintf(name, length, "%s", device->name);
    return 0;
}

int nvmlDeviceGetMemoryInfo(gpu_t *device, nvmlMemory_t *memory) {
    memory->total = device->total * MIB;
    memory->used = device->used * MIB;
    memory->free = memory->total - memory->used;
    return 0;
}

int nvmlDeviceGetUtilizationRates(gpu_t *device, nvmlUtilization_t *rates) {
    if (device->busy < 0) return NOT_SUPPORTED;
    rates->gpu = (unsigned int)device->busy;
    return 0;
}

int nvmlDeviceGetComputeRunningProcesses_v3(
    gpu_t *device, unsigned int *count, nvmlProcessInfo_t *infos) {
    char line[512], uuid[96];
    unsigned int pid, found = 0;
    unsigned long long used;
    FILE *file = facts();
    if (!file) return UNKNOWN;
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "process %95s %u %llu", uuid, &pid, &used) != 3) continue;
        if (strcmp(uuid, device->uuid)) continue;
        if (found == *count) { fclose(file); return INSUFFICIENT_SIZE; }
        memset(&infos[found], 0, sizeof infos[found]);
        infos[found].pid = pid;
        infos[found++].usedGpuMemory = used * MIB;
    }
    fclose(file);
    *count = found;
    return 0;
}
