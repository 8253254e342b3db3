#include "adapters/model_onnx/checksum.hpp"

#include <array>

#include <openssl/evp.h>

#include "base/digest.hpp"

namespace cutroom::model_onnx {
namespace {

Result<void> compare(const imaging::ModelSpec& spec, const char* kind, const std::string& wanted,
                     const std::string& found, std::size_t bytes) {
  if (wanted == found) return {};
  return Error{.code = Errc::invalid_input,
               .message = "The file " + spec.file + " is not the one that the sidecar of model " + spec.name +
                          " names: its " + kind + " is " + found + ", not " + wanted +
                          ". Fetch it again, or correct the sidecar.",
               .detail = std::to_string(bytes) + " bytes"};
}

}  // namespace

std::string md5_hex(std::span<const std::uint8_t> bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_md5(), nullptr);
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (unsigned int i = 0; i < size; ++i) {
    out += kHex[digest[i] >> 4];
    out += kHex[digest[i] & 15];
  }
  return out;
}

Result<void> check_file(std::span<const std::uint8_t> file, const imaging::ModelSpec& spec) {
  if (!spec.sha256.empty()) return compare(spec, "SHA-256", spec.sha256, sha256_hex(file), file.size());
  if (!spec.md5.empty()) return compare(spec, "MD5", spec.md5, md5_hex(file), file.size());
  return {};
}

}  // namespace cutroom::model_onnx
