# Everything from outside, in one place. Packages come from the distribution; ONNX Runtime too where it has it,
# else from .deps/onnxruntime, where `./dev setup` puts it.
find_package(Threads REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS json url)
find_package(SQLite3 REQUIRED)
find_package(CURL REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(vips REQUIRED IMPORTED_TARGET vips-cpp)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(libdeflate REQUIRED IMPORTED_TARGET libdeflate)

# Not by pkg-config, whose -D_FILE_OFFSET_BITS makes the precompiled header unusable.
find_path(HIREDIS_INCLUDE_DIR hiredis/hiredis.h REQUIRED)
find_library(HIREDIS_LIBRARY hiredis REQUIRED)
add_library(hiredis SHARED IMPORTED)
set_target_properties(hiredis PROPERTIES
  IMPORTED_LOCATION ${HIREDIS_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${HIREDIS_INCLUDE_DIR})

find_path(CCTZ_INCLUDE_DIR cctz/time_zone.h REQUIRED)
find_library(CCTZ_LIBRARY cctz REQUIRED)
add_library(cctz SHARED IMPORTED)
set_target_properties(cctz PROPERTIES
  IMPORTED_LOCATION ${CCTZ_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${CCTZ_INCLUDE_DIR})

find_path(ONNXRUNTIME_INCLUDE_DIR onnxruntime_cxx_api.h
  HINTS ${PROJECT_SOURCE_DIR}/.deps/onnxruntime/include
  PATH_SUFFIXES onnxruntime REQUIRED)
find_library(ONNXRUNTIME_LIBRARY onnxruntime
  HINTS ${PROJECT_SOURCE_DIR}/.deps/onnxruntime/lib REQUIRED)
add_library(onnxruntime SHARED IMPORTED)
set_target_properties(onnxruntime PROPERTIES
  IMPORTED_LOCATION ${ONNXRUNTIME_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${ONNXRUNTIME_INCLUDE_DIR})
