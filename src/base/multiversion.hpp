// For the few loops that gain from newer vector instructions: the function is compiled twice and the right
// one is chosen when the program is loaded, so that one binary runs on every x86-64.
#pragma once

// Not under sanitizers: the choice is made before their run-time is ready. Not elsewhere: arm64's base
// instruction set has what is needed.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define CUTROOM_MULTIVERSION __attribute__((target_clones("arch=haswell", "default")))
#else
#define CUTROOM_MULTIVERSION
#endif
