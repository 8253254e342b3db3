# One static library per layer or adapter: cutroom_add_layer(name SOURCES... DEPENDS...).
# The link graph follows the include rule that scripts/check_layers.py checks.
add_library(cutroom_flags INTERFACE)
target_include_directories(cutroom_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(cutroom_flags INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  # g++ 12 sees one in every coroutine frame of Asio that it inlines.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>
  $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>  # So that ccache can see through the precompiled header.
  -Woverloaded-virtual -Wcast-qual -Wformat=2 -Wno-missing-field-initializers
  $<$<CONFIG:Release>:-O2 -g1>
  $<$<CONFIG:Debug>:-O1 -g1 -fno-omit-frame-pointer>)
target_compile_definitions(cutroom_flags INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_ARRAY BOOST_BEAST_USE_STD_STRING_VIEW SPDLOG_ACTIVE_LEVEL=SPDLOG_LEVEL_DEBUG)
target_link_libraries(cutroom_flags INTERFACE Threads::Threads)
target_link_options(cutroom_flags INTERFACE -fuse-ld=mold)

if(CUTROOM_SANITIZE)
  # g++ has false positives of these two warnings under sanitizers only.
  target_compile_options(cutroom_flags INTERFACE
    -fsanitize=${CUTROOM_SANITIZE} -fno-sanitize-recover=all
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
    # clang++ is here for fuzzing; its warnings are not what the code is written for.
    $<$<CXX_COMPILER_ID:Clang>:-w>)
  target_link_options(cutroom_flags INTERFACE -fsanitize=${CUTROOM_SANITIZE})
  if(CUTROOM_SANITIZE MATCHES thread)
    # Asio's fences are fine; g++ warns that TSan does not model them.
    target_compile_options(cutroom_flags INTERFACE -Wno-tsan)
  endif()
endif()

# The headers nearly every file needs, compiled once (src/pch.hpp says which).
function(cutroom_use_pch target)
  if(TARGET cutroom_base AND NOT target STREQUAL cutroom_base)
    target_precompile_headers(${target} REUSE_FROM cutroom_base)
  endif()
endfunction()

function(cutroom_add_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC cutroom_flags ${ARG_DEPENDS})
  cutroom_use_pch(${name})
endfunction()

# What programs under a sanitizer, and those that tests start, are to overlook in other people's libraries.
set(CUTROOM_LSAN_ENVIRONMENT "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/sanitizers/lsan.supp")
set(CUTROOM_SANITIZER_ENVIRONMENT "${CUTROOM_LSAN_ENVIRONMENT}"
  "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/sanitizers/tsan.supp")

# cutroom_add_test(name SOURCES... DEPENDS... LABELS...): one gtest program, one ctest per test case.
function(cutroom_add_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPENDS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS fast)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE cutroom_flags ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  cutroom_use_pch(${name})
  # Two properties, since gtest_discover_tests tears a list of variables apart.
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT}
               ENVIRONMENT "${CUTROOM_LSAN_ENVIRONMENT}"
               ENVIRONMENT_MODIFICATION "TSAN_OPTIONS=set:suppressions=${PROJECT_SOURCE_DIR}/cmake/sanitizers/tsan.supp")
endfunction()
include(GoogleTest)
