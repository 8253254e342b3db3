// An authority of the test's own and what it has signed, made by openssl in a folder.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace cutroom::test {

struct Certificates {
  // server.crt is for redis.test and 127.0.0.1; client.crt is the client's; each with its .key. ca.crt has
  // signed them, and other.crt (an authority too) has not.
  explicit Certificates(std::filesystem::path where) : folder(std::move(where)) {
    const std::string at = "cd '" + folder.string() + "' && ";
    const std::string key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes ";
    std::ofstream(folder / "server.ext") << "subjectAltName=DNS:redis.test,IP:127.0.0.1\n";
    std::ofstream(folder / "client.ext") << "extendedKeyUsage=clientAuth\n";
    for (const std::string name : {"ca", "other"})
      shell(at + "openssl req -x509 " + key + "-keyout " + name + ".key -out " + name +
            ".crt -days 2 -subj /CN=" + name);
    for (const std::string name : {"server", "client"}) {
      shell(at + "openssl req " + key + "-keyout " + name + ".key -out " + name + ".csr -subj /CN=" + name);
      shell(at + "openssl x509 -req -in " + name +
            ".csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile " + name + ".ext -out " + name +
            ".crt");
    }
  }

  std::string path(const std::string& name) const { return (folder / name).string(); }

  std::filesystem::path folder;

 private:
  static void shell(const std::string& command) {
    if (std::system((command + " >openssl.log 2>&1").c_str()) != 0)
      throw std::runtime_error("failed: " + command);
  }
};

}  // namespace cutroom::test
